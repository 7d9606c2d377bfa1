// What a room is, in two sentences and a picture.
import Box from "@mui/material/Box";
import Paper from "@mui/material/Paper";
import Typography from "@mui/material/Typography";
import type { RefObject } from "react";
import { useTranslation } from "react-i18next";
import { CaptionFrame } from "../captions/caption-row.tsx";
import { CaptionSide } from "../captions/caption-side.tsx";

/** Half past nine in the morning, wherever one is. */
const MORNING = new Date(2026, 0, 5, 9, 30).getTime();

export function Greeting({ title }: { title: RefObject<HTMLHeadingElement | null> }) {
  const { t } = useTranslation("room");
  const side = (language: string, text: string) => ({ language, text, final: true, revision: 0 });
  return (
    <Box>
      <Typography
        ref={title}
        tabIndex={-1}
        variant="h2"
        sx={{ fontSize: { xs: "1.375rem", lg: "2.25rem" }, fontWeight: 700, letterSpacing: "-0.02em", outline: "none" }}
      >
        {t("entrance.title")}
      </Typography>
      <Typography color="textSecondary" sx={{ mt: 1, fontSize: { lg: "1.125rem" }, maxWidth: 560 }}>
        {t("entrance.lead")}
      </Typography>
      <Paper
        variant="outlined"
        role="img"
        aria-label={t("entrance.example.label")}
        sx={{
          display: { xs: "none", lg: "block" },
          mt: 4,
          p: 2.5,
          containerName: "captions",
          containerType: "inline-size",
        }}
      >
        <Box component="ul" sx={{ listStyle: "none", m: 0, p: 0, display: "grid", gap: 2 }}>
          <CaptionFrame name="Ada" tone={0} own={false} at={MORNING} marks={null}>
            <CaptionSide kind="source" side={side("en", t("entrance.example.first"))} interrupted={false} />
            <CaptionSide
              kind="translation"
              side={side("es", t("entrance.example.firstTranslated"))}
              interrupted={false}
            />
          </CaptionFrame>
          <CaptionFrame name="Lucía" tone={1} own={false} at={MORNING} marks={null}>
            <CaptionSide kind="source" side={side("es", t("entrance.example.second"))} interrupted={false} />
            <CaptionSide
              kind="translation"
              side={{ ...side("en", t("entrance.example.secondTranslated")), final: false }}
              interrupted={false}
            />
          </CaptionFrame>
        </Box>
      </Paper>
    </Box>
  );
}
