// What was said, as a file: in which format and which language.
import DownloadIcon from "@mui/icons-material/FileDownloadOutlined";
import Alert from "@mui/material/Alert";
import Box from "@mui/material/Box";
import Button from "@mui/material/Button";
import CircularProgress from "@mui/material/CircularProgress";
import MenuItem from "@mui/material/MenuItem";
import Popover from "@mui/material/Popover";
import TextField from "@mui/material/TextField";
import Typography from "@mui/material/Typography";
import { createSelector } from "@reduxjs/toolkit";
import { useId, useState } from "react";
import { useTranslation } from "react-i18next";
import { useAppSelector } from "../../../app/store.ts";
import { useFormats } from "../../../parts/formats.ts";
import { save } from "../../../parts/save.ts";
import { selectHears, selectParticipants, selectRoomId, selectUtterances } from "../stay-slice.ts";
import { fetchTranscript, fileName, FORMATS, TranscriptError } from "./transcript.ts";
import type { Format } from "./transcript.ts";

type Outcome =
  { kind: "none" | "saving" } | { kind: "saved"; file: string } | { kind: "failed"; error: TranscriptError };

/** All languages that somebody here hears, or that a caption is in. */
const selectHeardLanguages = createSelector(
  [selectHears, selectParticipants, selectUtterances],
  (hears, participants, utterances) => {
    const found = new Set(hears === "" ? [] : [hears]);
    for (const person of Object.values(participants)) for (const language of person.hears) found.add(language);
    for (const { translation } of Object.values(utterances))
      if (translation !== undefined) found.add(translation.language);
    return [...found];
  },
);

export function TranscriptMenu() {
  const { t } = useTranslation("room");
  const title = useId();
  const [anchor, setAnchor] = useState<HTMLElement | null>(null);
  return (
    <>
      <Button
        fullWidth
        variant="outlined"
        startIcon={<DownloadIcon />}
        aria-haspopup="dialog"
        aria-expanded={anchor !== null}
        onClick={(event) => {
          setAnchor(event.currentTarget);
        }}
      >
        {t("transcript.open")}
      </Button>
      <Popover
        open={anchor !== null}
        anchorEl={anchor}
        onClose={() => {
          setAnchor(null);
        }}
        anchorOrigin={{ vertical: "top", horizontal: "center" }}
        transformOrigin={{ vertical: "bottom", horizontal: "center" }}
        slotProps={{ paper: { role: "dialog", "aria-labelledby": title, sx: { width: 320, p: 2 } } }}
      >
        <Typography id={title} variant="h2" component="h3" sx={{ mb: 2 }}>
          {t("transcript.title")}
        </Typography>
        <TranscriptForm />
      </Popover>
    </>
  );
}

function TranscriptForm() {
  const { t } = useTranslation("room");
  const { languageAlone } = useFormats();
  const roomId = useAppSelector(selectRoomId);
  const key = useAppSelector((state) => state.access.key);
  const languages = useAppSelector(selectHeardLanguages);
  const [format, setFormat] = useState<Format>("vtt");
  const [language, setLanguage] = useState("");
  const [outcome, setOutcome] = useState<Outcome>({ kind: "none" });

  const fetchAndSave = async () => {
    setOutcome({ kind: "saving" });
    const order = { roomId, format, language, key };
    try {
      const transcript = await fetchTranscript(order);
      const file = fileName(order, new Date());
      save(transcript, file);
      setOutcome({ kind: "saved", file });
    } catch (error) {
      if (!(error instanceof TranscriptError)) throw error;
      setOutcome({ kind: "failed", error });
    }
  };
  return (
    <Box
      component="form"
      sx={{ display: "grid", gap: 2 }}
      onSubmit={(event) => {
        event.preventDefault();
        if (outcome.kind !== "saving") void fetchAndSave();
      }}
    >
      <TextField
        select
        size="small"
        label={t("transcript.format")}
        value={format}
        onChange={(event) => {
          setFormat(FORMATS.find((one) => one === event.target.value) ?? "vtt");
        }}
      >
        {FORMATS.map((one) => (
          <MenuItem key={one} value={one}>
            {t(`transcript.${one}`)}
          </MenuItem>
        ))}
      </TextField>
      <TextField
        select
        size="small"
        label={t("transcript.language")}
        value={language}
        onChange={(event) => {
          setLanguage(event.target.value);
        }}
        slotProps={{ select: { displayEmpty: true }, inputLabel: { shrink: true } }}
      >
        <MenuItem value="">{t("transcript.original")}</MenuItem>
        {languages.map((code) => (
          <MenuItem key={code} value={code}>
            {languageAlone(code)}
          </MenuItem>
        ))}
      </TextField>
      <Button
        type="submit"
        variant="contained"
        // Not `loading`: a button switched off loses the focus, and Escape no longer reaches the dialog.
        aria-disabled={outcome.kind === "saving"}
        startIcon={
          outcome.kind === "saving" ? <CircularProgress aria-hidden size={18} color="inherit" /> : <DownloadIcon />
        }
      >
        {outcome.kind === "saving" ? t("transcript.saving") : t("transcript.save")}
      </Button>
      <Box role="status">
        {outcome.kind === "saved" ? (
          <Alert severity="success" sx={{ overflowWrap: "anywhere" }}>
            {t("transcript.saved", { file: outcome.file })}
          </Alert>
        ) : null}
      </Box>
      {outcome.kind === "failed" ? (
        <Alert severity="error">{t(`transcript.${outcome.error.problem}`, { message: outcome.error.message })}</Alert>
      ) : null}
    </Box>
  );
}
