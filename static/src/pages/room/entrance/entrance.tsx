// The way into a room: who one is, which room, and which languages.
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import Card from "@mui/material/Card";
import Skeleton from "@mui/material/Skeleton";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { useEffect, useRef, useState } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLanguagesQuery } from "../../../api/questions.ts";
import { prefer } from "../../../app/preferences.ts";
import { useAppDispatch, useAppSelector } from "../../../app/store.ts";
import { LanguageChoice } from "../languages/language-choice.tsx";
import type { Chosen } from "../languages/language-choice.tsx";
import { choose, hearOptions, NO_LANGUAGES, otherLanguage, speakOptions, useLanguageName } from "../languages.ts";
import { roomIdProblem } from "../../../parts/room-id.ts";
import type { StayRecord } from "../stay-record.ts";
import { Greeting } from "./greeting.tsx";
import { NoEngine } from "./no-engine.tsx";
import { useRoomIdAdvice } from "./room-id-advice.ts";

/** Characters that the server takes in a name (src/domain/session_config.rs, LONGEST_NAME). */
const LONGEST_NAME = 100;
/** Milliseconds between attempts while the server does not answer. */
const RETRY_MS = 3_000;

export interface EntranceProps {
  /** From the address; empty without one. */
  roomId: string;
  /** Languages that the link proposes; BCP 47. */
  proposed: Partial<Chosen>;
  onJoin: (record: StayRecord) => void;
}

export function Entrance({ roomId, proposed, onJoin }: EntranceProps) {
  const title = useArrival();
  return (
    <Box
      sx={{
        display: "grid",
        gridTemplateColumns: { xs: "minmax(0, 1fr)", lg: "minmax(0, 1fr) minmax(0, 460px)" },
        gap: { xs: 2, lg: 6 },
        alignItems: "center",
        maxWidth: 1120,
        mx: "auto",
        py: { lg: 4 },
      }}
    >
      <Greeting title={title} />
      <Card sx={{ p: { xs: 2, sm: 3 } }}>
        <EntranceForm key={roomId} roomId={roomId} proposed={proposed} onJoin={onJoin} />
      </Card>
    </Box>
  );
}

function EntranceForm({ roomId, proposed, onJoin }: EntranceProps) {
  const { t } = useTranslation("room");
  const dispatch = useAppDispatch();
  const preferences = useAppSelector((state) => state.preferences);
  const { data, isError, refetch } = useLanguagesQuery();
  const languages = data ?? NO_LANGUAGES;
  const known = data !== undefined;
  const [name, setName] = useState(preferences.name);
  const [room, setRoom] = useState(roomId === "" ? "lobby" : roomId);
  const [picked, setPicked] = useState<Chosen>();
  const [tried, setTried] = useState(false);
  const problem = roomIdProblem(room);
  // An empty field is not wrong before one has tried to go on.
  const advice = useRoomIdAdvice(problem?.kind === "missing" && !tried ? undefined : problem);
  const nameMissing = tried && name.trim() === "";
  const chosen = picked ?? firstChoice(languages, proposed, preferences);
  const impossible = known && (chosen.speaks === "" || chosen.hears === "");

  useEffect(() => {
    if (!isError) return;
    const timer = setInterval(() => void refetch(), RETRY_MS);
    return () => {
      clearInterval(timer);
    };
  }, [isError, refetch]);

  const join = () => {
    setTried(true);
    if (name.trim() === "" || problem !== undefined || chosen.speaks === "" || chosen.hears === "") return;
    const asProposed = picked === undefined && (proposed.speaks !== undefined || proposed.hears !== undefined);
    // Who only followed a link to try the room in another language keeps their own.
    dispatch(prefer({ name: name.trim(), ...(asProposed ? {} : chosen) }));
    onJoin({ roomId: room, name: name.trim(), ...chosen });
  };
  return (
    <Box
      component="form"
      noValidate
      sx={{ display: "grid", gap: 2 }}
      onSubmit={(event) => {
        event.preventDefault();
        join();
      }}
    >
      {isError && !known ? (
        <Alert
          severity="error"
          action={
            <Button color="inherit" size="small" onClick={() => void refetch()}>
              {t("entrance.retry")}
            </Button>
          }
        >
          {t("entrance.offline")}
        </Alert>
      ) : null}
      {impossible ? <NoEngine onRetry={() => void refetch()} /> : null}
      <TextField
        label={t("entrance.name")}
        value={name}
        required
        fullWidth
        autoComplete="name"
        error={nameMissing}
        helperText={nameMissing ? t("entrance.nameMissing") : t("entrance.nameHint")}
        slotProps={{ htmlInput: { maxLength: LONGEST_NAME } }}
        onChange={(event) => {
          setName(event.target.value);
        }}
      />
      <TextField
        label={t("entrance.room")}
        value={room}
        required
        fullWidth
        autoComplete="off"
        error={advice !== undefined}
        helperText={advice ?? t("entrance.roomHint")}
        slotProps={{
          htmlInput: { spellCheck: false, autoCapitalize: "none" },
          formHelperText: { "aria-live": "polite" },
        }}
        onChange={(event) => {
          setRoom(event.target.value);
        }}
      />
      {known || isError ? (
        <LanguageChoice languages={languages} chosen={chosen} onChange={setPicked} disabled={impossible} />
      ) : (
        <Skeleton variant="rounded" height={56} aria-label={t("languages.title")} />
      )}
      <Button type="submit" variant="contained" size="large" disabled={!known || impossible}>
        {t("entrance.join")}
      </Button>
      <Alone>{aloneLanguage(languages, chosen.speaks)}</Alone>
    </Box>
  );
}

/** What to do where nobody else is there. */
function Alone({ children: language }: { children: ReturnType<typeof aloneLanguage> }): ReactNode {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  if (language === undefined) return null;
  return (
    <Typography variant="body2" color="textSecondary">
      <strong>{t("entrance.alone")}</strong> {t("entrance.aloneText", { language: languageName(language) })}
    </Typography>
  );
}

function aloneLanguage(languages: Parameters<typeof otherLanguage>[0], speaks: string): string | undefined {
  return speaks === "" ? undefined : otherLanguage(languages, speaks);
}

/** What the link says, else what was chosen last time, else what the browser speaks. */
function firstChoice(
  languages: Parameters<typeof speakOptions>[0],
  proposed: Partial<Chosen>,
  remembered: Chosen,
): Chosen {
  const own = [...navigator.languages, "en"];
  return {
    speaks: choose(speakOptions(languages), [proposed.speaks ?? "", remembered.speaks, ...own]),
    hears: choose(hearOptions(languages), [proposed.hears ?? "", remembered.hears, ...own]),
  };
}

/** After leaving a room keyboard and screen reader go on here. */
function useArrival() {
  const title = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) title.current?.focus({ preventScroll: true });
  }, []);
  return title;
}
