// What a person speaks and hears, and the button between that swaps the two.
import SwapIcon from "@mui/icons-material/SwapHoriz";
import Box from "@mui/material/Box";
import IconButton from "@mui/material/IconButton";
import Tooltip from "@mui/material/Tooltip";
import Typography from "@mui/material/Typography";
import { useId } from "react";
import { useTranslation } from "react-i18next";
import { hearOptions, isPossible, speakOptions, useLanguageName } from "../languages.ts";
import type { LanguageView } from "../../../api/types.ts";
import { LanguageSelect } from "./language-select.tsx";

export interface Chosen {
  /** BCP 47; empty while nothing can be chosen. */
  speaks: string;
  hears: string;
}

export function LanguageChoice(choice: {
  languages: readonly LanguageView[];
  chosen: Chosen;
  onChange: (chosen: Chosen) => void;
  size?: "small" | "medium";
  disabled?: boolean;
}) {
  const { t } = useTranslation("room");
  const languageName = useLanguageName();
  const { languages, chosen, onChange, size = "medium", disabled = false } = choice;
  const [speakable, hearable] = [speakOptions(languages), hearOptions(languages)];
  const swapped = swapOf(languages, chosen);
  const [spokenNote, heardNote] = [useId(), useId()];
  const unspoken = speakable.find(({ code }) => code === chosen.speaks)?.note === "typingOnly";
  const heard = hearable.find(({ code }) => code === chosen.hears)?.note;
  const unheard = heard === "readingOnly" ? "unvoiced" : heard === "untranslated" ? "untranslatable" : undefined;
  const swapText = swapped === undefined ? t("languages.swapImpossible") : t("languages.swap");
  return (
    <Box sx={{ display: "grid", gridTemplateColumns: "minmax(0, 1fr) auto minmax(0, 1fr)", gap: 0.5 }}>
      <LanguageSelect
        label={t("languages.speak")}
        options={speakable}
        value={chosen.speaks}
        size={size}
        disabled={disabled || languages.length === 0}
        describedBy={unspoken ? spokenNote : undefined}
        onChange={(speaks) => {
          onChange({ ...chosen, speaks });
        }}
      />
      <Tooltip title={swapText}>
        <Box component="span" sx={{ height: size === "small" ? 40 : 56, display: "grid", placeItems: "center" }}>
          <IconButton
            aria-label={swapText}
            disabled={disabled || swapped === undefined}
            onClick={() => {
              if (swapped !== undefined) onChange(swapped);
            }}
          >
            <SwapIcon />
          </IconButton>
        </Box>
      </Tooltip>
      <LanguageSelect
        label={t("languages.hear")}
        options={hearable}
        value={chosen.hears}
        size={size}
        disabled={disabled || languages.length === 0}
        describedBy={unheard === undefined ? undefined : heardNote}
        onChange={(hears) => {
          onChange({ ...chosen, hears });
        }}
      />
      <Box sx={{ gridColumn: "1 / -1", "&:empty": { display: "none" } }}>
        {unspoken ? (
          <Typography id={spokenNote} variant="caption" component="p" color="textSecondary">
            {t("languages.unspoken", { language: languageName(chosen.speaks) })}
          </Typography>
        ) : null}
        {unheard === undefined ? null : (
          <Typography id={heardNote} variant="caption" component="p" color="textSecondary">
            {t(`languages.${unheard}`, { language: languageName(chosen.hears) })}
          </Typography>
        )}
      </Box>
    </Box>
  );
}

/** The two the other way round; undefined where that is impossible or changes nothing. */
export function swapOf(languages: readonly LanguageView[], { speaks, hears }: Chosen): Chosen | undefined {
  if (speaks === hears) return undefined;
  const possible = isPossible(speakOptions(languages), hears) && isPossible(hearOptions(languages), speaks);
  return possible ? { speaks: hears, hears: speaks } : undefined;
}
