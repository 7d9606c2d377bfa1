// One utterance: who, when, what was said and its translation. Drawn anew only when it changes itself; it asks the store for
// nothing, as five hundred that ask at every word would be slow.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { memo } from "react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { regional } from "../../../i18n/i18n.ts";
import { Avatar } from "../../../parts/avatar.tsx";
import { sameLanguage } from "../../../parts/same-language.ts";
import { toneText } from "../../../parts/tones.ts";
import type { Utterance } from "../utterance.ts";
import { AwaitedSide, CaptionSide } from "./caption-side.tsx";
import { ConfidenceMark, UnstoredMark } from "./marks.tsx";
import type { View } from "./views.ts";

export const CaptionRow = memo(function CaptionRow({
  utterance,
  tone,
  own,
  hears,
  view,
  translatedUntil,
}: {
  utterance: Utterance;
  tone: number;
  own: boolean;
  /** BCP 47. */
  hears: string;
  view: View;
  /** What is heard from then on is not translated into the heard language here; milliseconds since 1970. */
  translatedUntil: number;
}) {
  const { source, translation, heardAt } = utterance;
  const needed = !own && source !== undefined && !sameLanguage(source.language, hears);
  const awaited = needed && heardAt < translatedUntil && translation === undefined && !utterance.interrupted;
  const hasOther = translation !== undefined || awaited;
  const sides: ReactNode[] = [];
  if (source !== undefined && !(view === "mine" && hasOther)) {
    sides.push(<CaptionSide key="source" kind="source" side={source} interrupted={utterance.interrupted} />);
  }
  if (view !== "original" || source === undefined) {
    if (translation !== undefined) {
      sides.push(
        <CaptionSide key="translation" kind="translation" side={translation} interrupted={utterance.interrupted} />,
      );
    } else if (awaited) {
      sides.push(<AwaitedSide key={`awaited ${heardAt}`} heardAt={heardAt} over={translatedUntil !== Infinity} />);
    }
  }
  return (
    <CaptionFrame
      name={utterance.speaker.name}
      tone={tone}
      own={own}
      at={utterance.startedAt}
      marks={<Marks of={utterance} />}
    >
      {sides}
    </CaptionFrame>
  );
});

function Marks({ of: { source, translation, durable } }: { of: Utterance }) {
  const confidence = source?.confidence ?? translation?.confidence;
  return (
    <>
      {confidence === undefined ? null : <ConfidenceMark confidence={confidence} />}
      {durable ? null : <UnstoredMark />}
    </>
  );
}

/** What surrounds the sides of an utterance, confirmed or not. */
export function CaptionFrame(frame: {
  name: string;
  tone: number;
  own: boolean;
  /** Milliseconds since 1970. */
  at: number;
  marks: ReactNode;
  children: ReactNode;
}) {
  const { t, i18n } = useTranslation("room");
  const at = new Date(frame.at);
  return (
    <Box component="li" sx={{ display: "flex", gap: 1.25, alignItems: "flex-start" }}>
      <Avatar name={frame.name} tone={frame.tone} />
      <Box sx={{ flexGrow: 1, minWidth: 0 }}>
        <Box sx={{ display: "flex", flexWrap: "wrap", alignItems: "center", columnGap: 1, minHeight: 28 }}>
          <Typography
            component="span"
            sx={[{ fontWeight: 620, fontSize: "0.9375rem", overflowWrap: "anywhere" }, toneText(frame.tone)]}
          >
            {frame.own ? t("captions.you", { name: frame.name }) : frame.name}
          </Typography>
          <Typography
            component="time"
            dateTime={at.toISOString()}
            variant="caption"
            color="textSecondary"
            sx={{ fontVariantNumeric: "tabular-nums" }}
          >
            {at.toLocaleTimeString(regional(i18n.language), { hour: "2-digit", minute: "2-digit" })}
          </Typography>
          {frame.marks}
        </Box>
        <Box
          sx={{
            display: "grid",
            gap: 0.75,
            mt: 0.25,
            gridTemplateColumns: "minmax(0, 1fr)",
            "@container captions (min-width: 560px)": {
              gridAutoFlow: "column",
              gridAutoColumns: "minmax(0, 1fr)",
              gridTemplateColumns: "none",
            },
          }}
        >
          {frame.children}
        </Box>
      </Box>
    </Box>
  );
}
