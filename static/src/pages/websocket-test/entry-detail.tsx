// One entry of the log in full.
import Box from "@mui/material/Box";
import Typography from "@mui/material/Typography";
import { useTranslation } from "react-i18next";
import { useFormats } from "../../parts/formats.ts";
import { pretty } from "./log.ts";
import type { Entry } from "./log.ts";

export function EntryDetail({ entry }: { entry: Entry }) {
  const { t } = useTranslation("websocketTest");
  const format = useFormats();
  const { audio } = entry;
  const facts: [string, string][] = [
    [t("detail.time"), new Date(entry.at).toISOString()],
    [t("detail.size"), format.bytes(entry.bytes)],
  ];
  if (entry.answeredIn !== undefined) facts.push([t("detail.answeredIn"), format.delay(entry.answeredIn)]);
  if (audio !== undefined) {
    facts.push([t("detail.frames"), format.count(audio.frames)], [t("detail.samples"), format.count(audio.samples)]);
    if (audio.stream !== undefined) {
      facts.push(
        [t("detail.stream"), String(audio.stream)],
        [t("detail.sequence"), `${audio.firstSequence ?? ""}–${audio.lastSequence ?? ""}`],
        [t("detail.missing"), format.count(audio.missing)],
      );
    }
  }
  return (
    <Box role="group" aria-label={t("detail.title")} sx={{ mt: 1.5 }}>
      <Typography variant="h3">
        {t(`log.${entry.direction}`)}: {entry.type}
      </Typography>
      <Box component="dl" sx={{ display: "flex", flexWrap: "wrap", columnGap: 3, rowGap: 0.5, m: 0, my: 1 }}>
        {facts.map(([name, value]) => (
          <Box key={name}>
            <Typography component="dt" variant="caption" color="textSecondary">
              {name}
            </Typography>
            <Typography component="dd" variant="body2" sx={{ m: 0, fontVariantNumeric: "tabular-nums" }}>
              {value}
            </Typography>
          </Box>
        ))}
      </Box>
      {entry.text === "" ? null : (
        <Box
          component="pre"
          tabIndex={0}
          role="group"
          aria-label="JSON"
          sx={{
            m: 0,
            p: 1.5,
            maxHeight: 360,
            overflow: "auto",
            borderRadius: 1,
            bgcolor: "background.default",
            fontSize: "0.8125rem",
            whiteSpace: "pre-wrap",
            overflowWrap: "anywhere",
          }}
        >
          {pretty(entry.text)}
        </Box>
      )}
    </Box>
  );
}
