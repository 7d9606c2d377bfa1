// The big button: turns the microphone on and off, or is held to talk, by mouse, finger, keyboard or screen reader.
import MicIcon from "@mui/icons-material/MicOutlined";
import MicOffIcon from "@mui/icons-material/MicOffOutlined";
import Box from "@mui/material/Box";
import ButtonBase from "@mui/material/ButtonBase";
import CircularProgress from "@mui/material/CircularProgress";
import Tooltip from "@mui/material/Tooltip";
import { useTranslation } from "react-i18next";
import type { KeyboardEvent } from "react";
import type { MicrophoneView } from "./microphone-control.ts";

const SIZE = 60;

export function MicrophoneButton(button: {
  view: MicrophoneView;
  disabled: boolean;
  /** Id of what says how it is. */
  describedBy: string;
  onToggle: () => void;
  onHold: (held: boolean) => void;
}) {
  const { t } = useTranslation("room");
  const { view, onHold } = button;
  const { phase, pushToTalk, held, muted } = view;
  const talking = phase === "on" && (pushToTalk ? held : !muted);
  const Icon = phase === "on" && !muted ? MicIcon : MicOffIcon;
  const ways = pushToTalk ? holding(onHold, held) : { onClick: button.onToggle };
  return (
    <Tooltip
      title={t(pushToTalk ? "speaking.holdTip" : phase === "on" ? "speaking.turnOff" : "speaking.turnOn")}
      placement="top"
    >
      {/* A disabled button tells no pointer, so that its tooltip would stay. */}
      <Box component="span" sx={{ flex: "none" }}>
        <ButtonBase
          aria-label={t(pushToTalk ? "speaking.hold" : "speaking.microphone")}
          aria-pressed={pushToTalk ? held : phase === "on"}
          aria-busy={phase === "opening"}
          aria-describedby={button.describedBy}
          disabled={button.disabled}
          disableRipple={pushToTalk}
          {...ways}
          sx={{
            width: SIZE,
            height: SIZE,
            borderRadius: "50%",
            border: 2,
            borderColor: talking || phase === "on" ? "primary.main" : "divider",
            color: talking ? "primary.contrastText" : phase === "on" ? "primary.main" : "text.primary",
            bgcolor: talking ? "primary.main" : "background.default",
            // A finger that rests is to talk, and neither to scroll nor to mark text.
            touchAction: pushToTalk ? "none" : "manipulation",
            userSelect: "none",
            WebkitTouchCallout: "none",
            transition: (theme) => theme.transitions.create(["background-color", "border-color", "box-shadow"]),
            "&:hover": { borderColor: "primary.main" },
            "&.Mui-focusVisible": { outline: 3, outlineColor: "primary.main", outlineOffset: 3 },
            "&.Mui-disabled": { opacity: 0.5 },
          }}
        >
          {phase === "opening" ? (
            <CircularProgress size={26} color="inherit" aria-hidden />
          ) : (
            <Icon aria-hidden sx={{ fontSize: 28 }} />
          )}
        </ButtonBase>
      </Box>
    </Tooltip>
  );
}

function holding(onHold: (held: boolean) => void, held: boolean) {
  const isTalkKey = ({ key }: KeyboardEvent): boolean => key === " " || key === "Enter";
  const release = (): void => {
    onHold(false);
  };
  return {
    onPointerDown: (event: React.PointerEvent<HTMLButtonElement>) => {
      if (event.button !== 0) return;
      // The finger may leave the button while a person talks.
      event.currentTarget.setPointerCapture(event.pointerId);
      onHold(true);
    },
    onPointerUp: release,
    onPointerCancel: release,
    onBlur: release,
    onKeyDown: (event: KeyboardEvent) => {
      if (!isTalkKey(event)) return;
      event.preventDefault();
      if (!event.repeat) onHold(true);
    },
    onKeyUp: (event: KeyboardEvent) => {
      if (!isTalkKey(event)) return;
      event.preventDefault();
      release();
    },
    onClick: (event: React.MouseEvent) => {
      // A screen reader presses without pointer or key: once to talk, once more to end.
      if (event.detail === 0) onHold(!held);
    },
    onContextMenu: (event: React.MouseEvent) => {
      event.preventDefault();
    },
  };
}
