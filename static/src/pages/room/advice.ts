// What the page says to errors and warnings of the protocol: what happened and what the person can do.
import i18next from "i18next";
import type { ConnectionState, Warning } from "../../client/index.ts";

/** Error codes of which the page knows what to do. */
const KNOWN = [
  "speech_unavailable",
  "language_unavailable",
  "translation_unavailable",
  "engine_unavailable",
  "engine_overloaded",
  "engine_timeout",
  "engine_failed",
  "engine_fallback",
  "translation_interrupted",
  "untranslated",
  "invalid_text",
  "forbidden",
  "no_session",
] as const;

export function errorAdvice(code: string, message: string): string {
  const known = KNOWN.find((one) => one === code);
  if (known !== undefined) return i18next.t(`room:errors.${known}`);
  return i18next.t("room:errors.unknown", { message: message.trim() === "" ? code : message });
}

export function endAdvice(ended: Extract<ConnectionState, { kind: "ended" }>, roomId: string): string {
  const advice = i18next.t(`room:ended.${ended.why}`, { room: roomId });
  if (ended.message === undefined || ended.message === "") return advice;
  return `${advice} ${i18next.t("room:ended.reason", { message: sentence(ended.message) })}`;
}

function sentence(text: string): string {
  return /[.!?…]$/u.test(text) ? text : `${text}.`;
}

/** Warnings that are said beside the languages or the voice, where they matter. */
const PLACED: readonly string[] = ["speech_unavailable", "translation_unavailable", "voice_unavailable"];

/** What has no place of its own. */
export function otherWarnings(warnings: readonly Warning[], languageName: (code: string) => string): string[] {
  return warnings
    .filter(({ code }) => !PLACED.includes(code))
    .map(({ code, message, language }) => {
      if (code === "glossary_unsupported") return i18next.t("room:warnings.glossary_unsupported");
      if (code === "language_assumed" && language !== undefined) {
        return i18next.t("room:warnings.language_assumed", { language: languageName(language) });
      }
      return message;
    });
}
