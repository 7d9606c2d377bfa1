// The way from page to page, in groups.
import Box from "@mui/material/Box";
import List from "@mui/material/List";
import ListItem from "@mui/material/ListItem";
import ListItemButton from "@mui/material/ListItemButton";
import ListItemIcon from "@mui/material/ListItemIcon";
import ListItemText from "@mui/material/ListItemText";
import Typography from "@mui/material/Typography";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { NavLink, useLocation } from "react-router";
import { GROUPS, isComing, pageAt, PAGES } from "../pages.ts";
import { WaitingBadge } from "./waiting-badge.tsx";

export function Navigation({ brand, onChoice }: { brand: ReactNode; onChoice: () => void }) {
  const { t } = useTranslation();
  const here = pageAt(useLocation().pathname);
  return (
    <Box component="nav" aria-label={t("navigation")} sx={{ px: 1, pb: 2 }}>
      {brand}
      {GROUPS.map(({ name, pages }) => (
        <Box key={name} sx={{ pt: 1 }}>
          <Typography
            id={`group-${name}`}
            variant="caption"
            component="p"
            sx={{ px: 2, py: 0.5, fontWeight: 550, color: "text.secondary" }}
          >
            {t(`groups.${name}`)}
          </Typography>
          <List dense disablePadding aria-labelledby={`group-${name}`}>
            {pages.map((page) => {
              const { path, icon: Icon } = PAGES[page];
              const coming = isComing(page);
              return (
                <ListItem key={page} disablePadding>
                  <ListItemButton
                    component={NavLink}
                    to={path}
                    end={path === "/"}
                    selected={page === here}
                    onClick={onChoice}
                    sx={{ borderRadius: 1, py: 0.625, my: 0.125, ...(coming ? { color: "text.secondary" } : {}) }}
                  >
                    <ListItemIcon sx={{ minWidth: 34, color: page === here ? "primary.main" : "text.secondary" }}>
                      <Icon fontSize="small" />
                    </ListItemIcon>
                    <ListItemText
                      primary={t(`pages.${page}`)}
                      slotProps={{ primary: { sx: { fontWeight: page === here ? 620 : 450 } } }}
                    />
                    {page === "calls" ? <WaitingBadge /> : null}
                    {coming ? (
                      <Typography variant="caption" sx={{ color: "text.secondary", fontSize: "0.6875rem" }}>
                        {t("soon")}
                      </Typography>
                    ) : null}
                  </ListItemButton>
                </ListItem>
              );
            })}
          </List>
        </Box>
      ))}
    </Box>
  );
}
