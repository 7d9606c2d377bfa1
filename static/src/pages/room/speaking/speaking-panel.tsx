// Where a person speaks: the microphone with its level and device, muting, push to talk, and a file that speaks instead.
import MutedIcon from "@mui/icons-material/MicOffOutlined";
import PowerIcon from "@mui/icons-material/PowerSettingsNewOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useCallback, useEffect, useId, useState, useSyncExternalStore } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import type { Player } from "../../../client/index.ts";
import { useShortcut } from "../../../parts/shortcut.ts";
import { isGone, useMicrophones } from "./device-choice.tsx";
import { FileButton } from "./file-button.tsx";
import { FileControl } from "./file-control.ts";
import { FileProgress } from "./file-progress.tsx";
import { LevelMeter } from "./level-meter.tsx";
import { MicrophoneButton } from "./microphone-button.tsx";
import { MicrophoneControl } from "./microphone-control.ts";
import type { MicrophoneView, Voice } from "./microphone-control.ts";
import { MicrophoneSettings } from "./microphone-settings.tsx";
import { useFileDrop } from "./use-file-drop.ts";
import { useHoldKey } from "./use-hold-key.ts";
import { useKeptFocus } from "../../../parts/use-kept-focus.ts";

export interface SpeakingPanelProps {
  connection: Voice;
  player: Player;
  online: boolean;
  /** Speech in the language that the person speaks is recognised here. */
  recognised: boolean;
  /** Of the language that the person speaks. */
  languageName: string;
}

export function SpeakingPanel({ connection, player, online, recognised, languageName }: SpeakingPanelProps) {
  const { t } = useTranslation("room");
  const chosen = useAppSelector((state) => state.preferences.microphone);
  const pushToTalk = useAppSelector((state) => state.preferences.pushToTalk);
  const { microphone, view, file, spoken } = useControls(connection, player, recognised);
  const devices = useMicrophones(view.phase === "on");
  const statusId = useId();
  const isFile = spoken.file !== undefined || spoken.opening;
  const usable = recognised && !isFile;
  const focus = useKeptFocus(spoken.file === undefined ? "microphone" : "file", !spoken.opening);

  useEffect(() => {
    microphone.setPushToTalk(pushToTalk);
  }, [microphone, pushToTalk]);

  const toggle = (): void => {
    if (view.phase === "on" || view.phase === "opening") microphone.turnOff();
    else void microphone.turnOn(chosen);
  };
  const hold = useCallback(
    (held: boolean): void => {
      const { phase } = microphone.getView();
      microphone.hold(held);
      if (held && (phase === "off" || phase === "lost")) void microphone.turnOn(chosen);
    },
    [microphone, chosen],
  );
  const speakFile = useCallback(
    (chosenFile: File): void => {
      microphone.turnOff();
      player.allow();
      void file.open(chosenFile);
    },
    [microphone, player, file],
  );
  useShortcut(
    "m",
    (event) => {
      if (!event.repeat) toggle();
    },
    usable,
  );
  useHoldKey(hold, pushToTalk && usable);
  const dropping = useFileDrop(speakFile, recognised);

  return (
    <Box
      component="section"
      aria-label={t("speaking.title")}
      {...focus}
      sx={{
        display: "grid",
        gridTemplateColumns: "minmax(0, 1fr)",
        gap: 1,
        minWidth: 0,
        borderRadius: 2,
        outline: dropping ? "2px dashed" : "none",
        outlineColor: "primary.main",
        outlineOffset: 4,
      }}
    >
      <Problems view={view} spoken={spoken.problem} deviceGone={isGone(devices, chosen)} />
      <Box
        sx={{
          display: "flex",
          flexWrap: { xs: recognised ? "nowrap" : "wrap", sm: "nowrap" },
          alignItems: "center",
          gap: { xs: 1, sm: 1.5 },
          minWidth: 0,
        }}
      >
        {spoken.file === undefined ? (
          <MicrophoneButton view={view} disabled={!usable} describedBy={statusId} onToggle={toggle} onHold={hold} />
        ) : null}
        <Box
          sx={{
            // On a phone, a long explanation has a row of its own.
            ...(recognised ? {} : { order: { xs: -1, sm: 0 }, flexBasis: { xs: "100%", sm: 0 } }),
            flexGrow: 1,
            minWidth: 0,
            display: "grid",
            gridTemplateColumns: "minmax(0, 1fr)",
            gap: 0.5,
          }}
        >
          {spoken.file === undefined ? (
            <>
              <Status id={statusId} view={view} online={online} language={recognised ? undefined : languageName} />
              {isGone(devices, chosen) && view.phase === "off" && view.problem === undefined ? (
                <Typography variant="caption" color="text.secondary">
                  {t("speaking.device.gone")}
                </Typography>
              ) : null}
              {dropping || spoken.opening ? (
                <Typography role="status" variant="caption" color="text.secondary">
                  {t(dropping ? "speaking.file.drop" : "speaking.file.opening")}
                </Typography>
              ) : null}
              {view.phase === "on" ? (
                <LevelMeter onLevel={microphone.onLevel} dimmed={view.muted || (pushToTalk && !view.held)} />
              ) : null}
              {view.hint === undefined ? null : (
                <Typography role="status" variant="caption" color="warning.main">
                  {t(`speaking.hints.${view.hint}`)}
                </Typography>
              )}
            </>
          ) : (
            <>
              <FileProgress
                file={spoken.file}
                online={online}
                onPause={() => {
                  file.pause();
                }}
                onResume={() => {
                  file.resume();
                }}
                onCancel={() => {
                  file.cancel();
                }}
              />
              <Typography id={statusId} variant="caption" color="text.secondary">
                {t("speaking.file.microphoneOff")}
              </Typography>
            </>
          )}
        </Box>
        {spoken.file === undefined ? (
          <Box sx={{ display: "flex", alignItems: "center", flex: "none" }}>
            {view.phase !== "on" ? null : pushToTalk ? (
              <Tooltip title={t("speaking.turnOff")} placement="top">
                <IconButton
                  aria-label={t("speaking.turnOff")}
                  onClick={() => {
                    microphone.turnOff();
                  }}
                >
                  <PowerIcon />
                </IconButton>
              </Tooltip>
            ) : (
              <Tooltip title={t(view.muted ? "speaking.unmute" : "speaking.mute")} placement="top">
                <IconButton
                  aria-label={t("speaking.mute")}
                  aria-pressed={view.muted}
                  color={view.muted ? "error" : "default"}
                  onClick={() => {
                    microphone.mute(!view.muted);
                  }}
                >
                  <MutedIcon />
                </IconButton>
              </Tooltip>
            )}
            <FileButton disabled={!usable} onFile={speakFile} />
            <MicrophoneSettings
              devices={devices}
              onDevice={(deviceId) => {
                if (view.phase === "on" || view.phase === "opening") void microphone.turnOn(deviceId);
              }}
            />
          </Box>
        ) : null}
      </Box>
    </Box>
  );
}

/** Both ways of speaking, for as long as the panel is there. */
function useControls(connection: Voice, player: Player, recognised: boolean) {
  const [microphone] = useState(() => new MicrophoneControl(connection));
  const [file] = useState(() => new FileControl(connection, player));
  const view = useSyncExternalStore(microphone.subscribe, microphone.getView);
  const spoken = useSyncExternalStore(file.subscribe, file.getView);
  useEffect(() => {
    microphone.speakTo(connection);
    file.speakTo(connection, player);
  }, [microphone, file, connection, player]);
  useEffect(
    () => () => {
      microphone.turnOff();
      file.cancel();
    },
    // What was begun in another language does not go on in one that nobody recognises.
    [microphone, file, recognised],
  );
  return { microphone, view, file, spoken };
}

function Status(status: { id: string; view: MicrophoneView; online: boolean; language: string | undefined }) {
  const { t } = useTranslation("room");
  const { phase, muted, pushToTalk, held } = status.view;
  let text;
  if (status.language !== undefined) text = t("speaking.notRecognised", { language: status.language });
  else if (phase !== "on")
    text = t(pushToTalk && phase === "off" ? "speaking.status.hold" : `speaking.status.${phase}`);
  else if (pushToTalk && !held) text = t("speaking.status.hold");
  else if (muted) text = t("speaking.status.muted");
  else text = t(status.online ? "speaking.status.heard" : "speaking.status.offline");
  return (
    <Typography
      id={status.id}
      // A screen reader that talks whenever the button is held would be heard by the microphone.
      {...(pushToTalk && phase === "on" ? {} : { role: "status" })}
      variant="body2"
      sx={{ fontWeight: status.language === undefined ? 620 : 400 }}
    >
      {text}
    </Typography>
  );
}

function Problems(problems: {
  view: MicrophoneView;
  spoken: { kind: "unreadable" | "empty" | "too_long"; name: string } | undefined;
  deviceGone: boolean;
}) {
  const { t } = useTranslation("room");
  const { problem } = problems.view;
  const { spoken } = problems;
  return (
    <Box role="alert" sx={{ display: "contents" }}>
      {problem === undefined ? null : (
        <Alert role="presentation" severity="warning">
          {t(
            problem === "no_device" && problems.deviceGone ? "speaking.problems.gone" : `speaking.problems.${problem}`,
          )}
        </Alert>
      )}
      {spoken === undefined ? null : (
        <Alert role="presentation" severity="warning">
          {t(`speaking.file.problems.${spoken.kind}`, { name: spoken.name })}
        </Alert>
      )}
    </Box>
  );
}
