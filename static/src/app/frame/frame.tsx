// What surrounds every page: the bar above, the navigation beside it (behind a button on small screens), notices, and the
// place where the page is.
import MenuIcon from "@mui/icons-material/Menu";
import AppBar from "@mui/material/AppBar";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Drawer from "@mui/material/Drawer";
import IconButton from "@mui/material/IconButton";
import Toolbar from "@mui/material/Toolbar";
import Typography from "@mui/material/Typography";
import useMediaQuery from "@mui/material/useMediaQuery";
import type { Theme } from "@mui/material/styles";
import { Suspense, useEffect, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Outlet, useLocation } from "react-router";
import { pageAt } from "../pages.ts";
import { TitleContext } from "../title.ts";
import { Loading } from "../../parts/loading.tsx";
import { AccessGate } from "./access-gate.tsx";
import { Account } from "./account.tsx";
import { AppearanceMenu } from "./appearance-menu.tsx";
import { InterfaceLanguageMenu } from "./interface-language-menu.tsx";
import { Navigation } from "./navigation.tsx";
import { Notices } from "./notices.tsx";
import { Shortcuts } from "./shortcuts.tsx";

const NAVIGATION_WIDTH = 216;
const CONTENT = "content";

export function Frame() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const wide = useMediaQuery((theme: Theme) => theme.breakpoints.up("md"));
  const [open, setOpen] = useState(false);
  const content = useContentFocus(pathname);
  const page = pageAt(pathname) ?? "notFound";

  const [own, setOwn] = useState<string>();

  useEffect(() => {
    document.title = `${own ?? t(`pages.${page}`)} · Interpres`;
  }, [own, page, t]);

  const navigation = (
    <Navigation
      brand={<Brand />}
      onChoice={() => {
        setOpen(false);
      }}
    />
  );
  return (
    // A page that marks itself with `data-fills` is as high as the window and scrolls inside.
    <Box sx={{ display: "flex", minHeight: "100%", "&:has([data-fills])": { height: "100dvh" } }}>
      <Button
        href={`#${CONTENT}`}
        variant="contained"
        onClick={(event) => {
          event.preventDefault();
          content.current?.focus();
        }}
        sx={{ position: "fixed", left: 8, top: -80, zIndex: "tooltip", "&:focus": { top: 8 } }}
      >
        {t("skip")}
      </Button>
      {wide ? (
        <Drawer
          variant="permanent"
          slotProps={{ paper: { sx: { width: NAVIGATION_WIDTH, bgcolor: "background.default" } } }}
          sx={{ width: NAVIGATION_WIDTH, flexShrink: 0 }}
        >
          {navigation}
        </Drawer>
      ) : (
        <Drawer
          open={open}
          onClose={() => {
            setOpen(false);
          }}
          slotProps={{ paper: { sx: { width: NAVIGATION_WIDTH } } }}
        >
          {navigation}
        </Drawer>
      )}
      <Box sx={{ flexGrow: 1, minWidth: 0, display: "flex", flexDirection: "column" }}>
        <AppBar
          position="sticky"
          color="transparent"
          elevation={0}
          sx={{ bgcolor: "background.default", borderBottom: 1, borderColor: "divider" }}
        >
          <Toolbar variant="dense" sx={{ gap: 0.5 }}>
            {wide ? null : (
              <IconButton
                edge="start"
                aria-label={t("openNavigation")}
                aria-expanded={open}
                onClick={() => {
                  setOpen(true);
                }}
              >
                <MenuIcon />
              </IconButton>
            )}
            <Typography variant="h1" sx={{ fontSize: "1.0625rem", flexGrow: 1 }} noWrap>
              {t(`pages.${page}`)}
            </Typography>
            <Account />
            <Shortcuts />
            <InterfaceLanguageMenu />
            <AppearanceMenu />
          </Toolbar>
        </AppBar>
        <Notices />
        <Box
          component="main"
          id={CONTENT}
          ref={content}
          tabIndex={-1}
          sx={{
            flexGrow: 1,
            p: { xs: 1.5, sm: 2, md: 3 },
            outline: "none",
            minWidth: 0,
            "&:has(> [data-fills])": { display: "flex", flexDirection: "column", minHeight: 0, p: { xs: 0, lg: 2 } },
          }}
        >
          <AccessGate>
            <Suspense fallback={<Loading />}>
              <TitleContext value={setOwn}>
                <Outlet />
              </TitleContext>
            </Suspense>
          </AccessGate>
        </Box>
      </Box>
    </Box>
  );
}

function Brand() {
  const { t } = useTranslation();
  return (
    <Box sx={{ display: "flex", alignItems: "center", gap: 1.25, px: 1.5, py: 1.5 }}>
      <Box component="img" src="/favicon.svg" alt="" sx={{ width: 28, height: 28 }} />
      <Box>
        <Typography sx={{ fontWeight: 700, lineHeight: 1.2 }}>Interpres</Typography>
        <Typography variant="caption" sx={{ color: "text.secondary" }}>
          {t("tagline")}
        </Typography>
      </Box>
    </Box>
  );
}

/** After the way to another page, keyboard and screen reader go on in it and not in the navigation. */
function useContentFocus(pathname: string) {
  const content = useRef<HTMLElement>(null);
  const shown = useRef(pathname);
  useEffect(() => {
    if (shown.current === pathname) return;
    shown.current = pathname;
    content.current?.focus();
  }, [pathname]);
  return content;
}
