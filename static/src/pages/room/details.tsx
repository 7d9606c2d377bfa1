// What stands beside the captions: one's languages, the people, the voices, the engines, inviting others, and the transcript.
import Box from "@mui/material/Box";
import FormControlLabel from "@mui/material/FormControlLabel";
import Switch from "@mui/material/Switch";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { useLanguagesQuery } from "../../api/questions.ts";
import { prefer } from "../../app/preferences.ts";
import { useAppDispatch, useAppSelector } from "../../app/store.ts";
import { HearingPanel } from "./hearing/hearing-panel.tsx";
import { InterpretingPanel } from "./interpreting/interpreting-panel.tsx";
import { Invite } from "./invite/invite.tsx";
import { LanguageChoice } from "./languages/language-choice.tsx";
import { NO_LANGUAGES, useLanguageName } from "./languages.ts";
import { People } from "./people/people.tsx";
import { useStay } from "./stay-context.ts";
import { selectHears, selectSpeaks, selectVoices, selectWarnings } from "./stay-slice.ts";
import { TranscriptMenu } from "./transcript/transcript-menu.tsx";

export function Details() {
  const { t } = useTranslation("room");
  const stay = useStay();
  const dispatch = useAppDispatch();
  const languageName = useLanguageName();
  const { data: languages = NO_LANGUAGES } = useLanguagesQuery();
  const speaks = useAppSelector(selectSpeaks);
  const hears = useAppSelector(selectHears);
  const voices = useAppSelector(selectVoices);
  const unvoiced = useAppSelector((state) => selectWarnings(state).some(({ code }) => code === "voice_unavailable"));
  const announce = useAppSelector((state) => state.preferences.announceCaptions);
  return (
    <Box sx={{ display: "grid", gap: 3, alignContent: "start" }}>
      <Part title={t("languages.title")}>
        <LanguageChoice
          size="small"
          languages={languages}
          chosen={{ speaks, hears }}
          onChange={(chosen) => {
            stay.setLanguages(chosen.speaks, chosen.hears);
          }}
        />
      </Part>
      <Part title={t("people.title")}>
        <People />
      </Part>
      <HearingPanel
        player={stay.player}
        onBargeIn={(bargeIn) => {
          stay.setBargeIn(bargeIn);
        }}
        voices={voices.map(({ speaker, language }) => `${speaker} · ${languageName(language)}`)}
      />
      {unvoiced ? (
        <Typography variant="body2" color="textSecondary">
          {t("languages.unvoiced", { language: languageName(hears) })}
        </Typography>
      ) : null}
      <InterpretingPanel />
      <Part title={t("invite.title")}>
        <Invite />
      </Part>
      <TranscriptMenu />
      <FormControlLabel
        control={
          <Switch
            size="small"
            checked={announce}
            onChange={(_, announceCaptions) => {
              dispatch(prefer({ announceCaptions }));
            }}
          />
        }
        label={<Typography variant="body2">{t("captions.announce")}</Typography>}
        sx={{ mx: 0, gap: 1 }}
      />
    </Box>
  );
}

function Part({ title, children }: { title: string; children: ReactNode }) {
  const id = useId();
  return (
    <Box component="section" aria-labelledby={id}>
      <Typography id={id} variant="h3" sx={{ mb: 1.25 }}>
        {title}
      </Typography>
      {children}
    </Box>
  );
}
