// The link that leads others into this room, and a second window for the person themselves.
import CopyIcon from "@mui/icons-material/ContentCopyOutlined";
import DoneIcon from "@mui/icons-material/Done";
import WindowIcon from "@mui/icons-material/OpenInNewOutlined";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { selectRoomId } from "../stay-slice.ts";
import { linkTo } from "./link.ts";

export function Invite() {
  const { t } = useTranslation("room");
  const link = linkTo(useAppSelector(selectRoomId));
  const field = useRef<HTMLInputElement>(null);
  const [copied, setCopied] = useState<"no" | "yes" | "selected">("no");
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(link);
      setCopied("yes");
    } catch {
      // Without permission, or outside a secure context: at least one key press away.
      field.current?.select();
      setCopied("selected");
    }
  };
  return (
    <Box sx={{ display: "grid", gap: 1 }}>
      <TextField
        label={t("invite.link")}
        size="small"
        fullWidth
        value={link}
        inputRef={field}
        slotProps={{ htmlInput: { readOnly: true, spellCheck: false } }}
        onFocus={(event) => {
          event.target.select();
        }}
      />
      <Button variant="outlined" startIcon={copied === "yes" ? <DoneIcon /> : <CopyIcon />} onClick={() => void copy()}>
        <span role="status">
          {copied === "no" ? t("invite.copy") : copied === "yes" ? t("invite.copied") : t("invite.selected")}
        </span>
      </Button>
      <Box>
        <Button
          size="small"
          startIcon={<WindowIcon />}
          onClick={() => {
            // With its opener, so that the browser gives it this tab's session.
            open(link, "_blank");
          }}
        >
          {t("invite.second")}
        </Button>
        <Typography variant="caption" component="p" color="textSecondary" sx={{ px: 0.5 }}>
          {t("invite.secondHint")}
        </Typography>
      </Box>
    </Box>
  );
}
