// The words for people, states and reasons of calls, in the interface's language.
import { useTranslation } from "react-i18next";
import { refusalOf } from "../../api/errors.ts";
import { reasonOf, somebody } from "./calls.ts";
import { useFormats } from "../../parts/formats.ts";

/** Codes of the server that there are own words for. */
const PROBLEMS = [
  "call_ended",
  "call_not_found",
  "call_unavailable",
  "session_not_found",
  "forbidden",
  "too_many_calls",
  "already_in_call",
  "room_full",
  "room_elsewhere",
  "store_unavailable",
] as const;

export interface Words {
  /** Who is behind a raw id. */
  somebody: (rawId: string) => string;
  /** Why a call is over. */
  reason: (reason: string) => string;
  /** What is spoken, which may be anything. */
  spoken: (language: string) => string;
  /** What went wrong with an order. */
  problem: (error: unknown) => string;
}

export function useWords(): Words {
  const { t } = useTranslation("calls");
  const format = useFormats();
  return {
    somebody: (rawId) => {
      const { kind, text } = somebody(rawId);
      return t(`somebody.${kind}`, { text });
    },
    reason: (reason) => t(`reasons.${reasonOf(reason)}`, { reason }),
    spoken: (language) => (language === "auto" ? t("anyLanguage") : format.language(language)),
    problem: (error) => {
      const { code, message } = refusalOf(error);
      const known = PROBLEMS.find((each) => each === code);
      if (known !== undefined) return t(`problems.${known}`);
      return message === "" ? t("problems.unanswered") : t("problems.refused", { message });
    },
  };
}
