// A file that is being spoken: how far it is, and holding or ending it.
import CloseIcon from "@mui/icons-material/CloseOutlined";
import PauseIcon from "@mui/icons-material/PauseOutlined";
import PlayIcon from "@mui/icons-material/PlayArrowOutlined";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import LinearProgress from "@mui/material/LinearProgress";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import type { FileView } from "./file-control.ts";

export function FileProgress(progress: {
  file: NonNullable<FileView["file"]>;
  online: boolean;
  onPause: () => void;
  onResume: () => void;
  onCancel: () => void;
}) {
  const { t } = useTranslation("room");
  const id = useId();
  const { name, seconds, at, paused, waiting } = progress.file;
  const time = t("speaking.file.time", { at: clock(at), whole: clock(seconds) });
  const state = paused ? "paused" : !progress.online ? "offline" : waiting ? "waiting" : "speaking";
  const hold = t(paused ? "speaking.file.resume" : "speaking.file.pause");
  return (
    <Box role="group" aria-labelledby={id} sx={{ display: "flex", alignItems: "center", gap: 1, minWidth: 0 }}>
      <Box sx={{ flexGrow: 1, minWidth: 0, display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 0.5 }}>
        <Box sx={{ display: "flex", gap: 1, alignItems: "baseline" }}>
          <Typography id={id} variant="body2" noWrap title={name} sx={{ fontWeight: 620, flexGrow: 1, minWidth: 0 }}>
            {name}
          </Typography>
          <Typography
            variant="caption"
            color="text.secondary"
            sx={{ fontVariantNumeric: "tabular-nums", flex: "none" }}
          >
            {time}
          </Typography>
        </Box>
        <LinearProgress
          variant="determinate"
          value={Math.min(100, (100 * at) / seconds)}
          aria-label={t("speaking.file.progress")}
          aria-valuetext={time}
          sx={{ height: 8, borderRadius: 4 }}
        />
        <Typography role="status" variant="caption" color={state === "offline" ? "warning.main" : "text.secondary"}>
          {t(`speaking.file.${state}`)}
        </Typography>
      </Box>
      <Tooltip title={hold}>
        <IconButton aria-label={hold} onClick={paused ? progress.onResume : progress.onPause}>
          {paused ? <PlayIcon /> : <PauseIcon />}
        </IconButton>
      </Tooltip>
      <Tooltip title={t("speaking.file.cancel")}>
        <IconButton aria-label={t("speaking.file.cancel")} onClick={progress.onCancel}>
          <CloseIcon />
        </IconButton>
      </Tooltip>
    </Box>
  );
}

/** Minutes and seconds: 75 is `1:15`. */
function clock(seconds: number): string {
  const whole = Math.round(seconds);
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, "0")}`;
}
