// How the microphone is used: which device, and whether the button is held to talk. Behind a button, as it is rarely changed.
import TuneIcon from "@mui/icons-material/TuneOutlined";
import Badge from "@mui/material/Badge";
import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import IconButton from "@mui/material/IconButton";
import Popover from "@mui/material/Popover";
import Switch from "@mui/material/Switch";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { prefer } from "../../../app/preferences.ts";
import { useAppDispatch, useAppSelector } from "../../../app/store.ts";
import type { MicrophoneDevice } from "../../../client/index.ts";
import { DeviceChoice, isGone } from "./device-choice.tsx";

export function MicrophoneSettings({
  devices,
  onDevice,
}: {
  devices: readonly MicrophoneDevice[];
  onDevice: (deviceId: string) => void;
}) {
  const { t } = useTranslation("room");
  const titleId = useId();
  const dispatch = useAppDispatch();
  const chosen = useAppSelector((state) => state.preferences.microphone);
  const pushToTalk = useAppSelector((state) => state.preferences.pushToTalk);
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  const open = anchor !== null;
  return (
    <>
      <Tooltip title={t("speaking.settings")} placement="top">
        <IconButton
          aria-label={t("speaking.settings")}
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={(event) => {
            setAnchor(event.currentTarget);
          }}
        >
          <Badge color="error" variant="dot" invisible={!isGone(devices, chosen)}>
            <TuneIcon />
          </Badge>
        </IconButton>
      </Tooltip>
      <Popover
        open={open}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
        anchorOrigin={{ vertical: "top", horizontal: "right" }}
        transformOrigin={{ vertical: "bottom", horizontal: "right" }}
        slotProps={{
          paper: {
            variant: "outlined",
            role: "dialog",
            "aria-labelledby": titleId,
            sx: { p: 2, width: "min(340px, calc(100% - 32px))" },
          },
        }}
      >
        <Box sx={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr)", gap: 2 }}>
          <Typography id={titleId} variant="h3" component="h2">
            {t("speaking.settings")}
          </Typography>
          <DeviceChoice
            devices={devices}
            chosen={chosen}
            onChoice={(deviceId) => {
              dispatch(prefer({ microphone: deviceId }));
              onDevice(deviceId);
            }}
          />
          <Box>
            <FormControlLabel
              control={
                <Switch
                  size="small"
                  checked={pushToTalk}
                  onChange={(_, on) => {
                    dispatch(prefer({ pushToTalk: on }));
                  }}
                />
              }
              label={t("speaking.pushToTalk")}
              sx={{ mx: 0, gap: 1 }}
            />
            <Typography variant="caption" component="p" color="text.secondary" sx={{ mt: 0.5 }}>
              {t("speaking.pushToTalkHint")}
            </Typography>
          </Box>
        </Box>
      </Popover>
    </>
  );
}
