// The shortcuts that work on every page, and the list of all of them.
import KeyboardIcon from "@mui/icons-material/KeyboardOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Dialog from "@mui/material/Dialog";
import DialogActions from "@mui/material/DialogActions";
import DialogContent from "@mui/material/DialogContent";
import DialogTitle from "@mui/material/DialogTitle";
import FormControlLabel from "@mui/material/FormControlLabel";
import IconButton from "@mui/material/IconButton";
import Switch from "@mui/material/Switch";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { useNavigate } from "react-router";
import { Keys } from "../../parts/keys.tsx";
import { useShortcut } from "../../parts/shortcut.ts";
import { PAGES } from "../pages.ts";
import { prefer } from "../preferences.ts";
import { useAppDispatch, useAppSelector } from "../store.ts";

export function Shortcuts() {
  const { t } = useTranslation(["frame", "room"]);
  const dispatch = useAppDispatch();
  const navigate = useNavigate();
  const on = useAppSelector((state) => state.preferences.shortcuts);
  const [open, setOpen] = useState(false);
  const close = () => {
    setOpen(false);
  };
  useShortcut("shift+?", () => {
    setOpen(true);
  });
  useShortcut("g>o", () => {
    void navigate(PAGES.overview.path);
  });
  useShortcut("g>r", () => {
    void navigate(PAGES.rooms.path);
  });
  useShortcut("g>c", () => {
    void navigate(PAGES.calls.path);
  });
  const rows = [
    { keys: ["?"], text: t("shortcuts.help") },
    { keys: ["G", "O"], text: t("shortcuts.overview") },
    { keys: ["G", "R"], text: t("shortcuts.rooms") },
    { keys: ["G", "C"], text: t("shortcuts.calls") },
    { keys: ["M"], text: t("room:shortcuts.microphone") },
    { keys: [t("room:shortcuts.space")], text: t("room:shortcuts.pushToTalk") },
    { keys: ["T"], text: t("room:shortcuts.write") },
    { keys: ["L"], text: t("room:shortcuts.swap") },
  ];
  return (
    <>
      <Tooltip title={t("shortcuts.open")}>
        <IconButton
          aria-label={t("shortcuts.open")}
          onClick={() => {
            setOpen(true);
          }}
        >
          <KeyboardIcon fontSize="small" />
        </IconButton>
      </Tooltip>
      <Dialog open={open} onClose={close} aria-labelledby="shortcuts-title" fullWidth maxWidth="xs">
        <DialogTitle id="shortcuts-title">{t("shortcuts.title")}</DialogTitle>
        <DialogContent>
          <Box component="dl" sx={{ display: "grid", gridTemplateColumns: "auto 1fr", gap: 1.25, m: 0, mb: 2 }}>
            {rows.map(({ keys, text }) => (
              <Box key={text} sx={{ display: "contents" }}>
                <Box component="dt">
                  <Keys keys={keys} />
                </Box>
                <Box component="dd" sx={{ m: 0 }}>
                  {text}
                </Box>
              </Box>
            ))}
          </Box>
          <FormControlLabel
            control={
              <Switch
                checked={on}
                onChange={(_, shortcuts) => {
                  dispatch(prefer({ shortcuts }));
                }}
              />
            }
            label={t("shortcuts.enabled")}
          />
          <Typography variant="body2" sx={{ color: "text.secondary" }}>
            {t("shortcuts.hint")}
          </Typography>
        </DialogContent>
        <DialogActions>
          <Button onClick={close}>{t("shortcuts.close")}</Button>
        </DialogActions>
      </Dialog>
    </>
  );
}
