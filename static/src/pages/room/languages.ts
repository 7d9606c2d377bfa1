// Which languages can be spoken, typed, read and heard on this server, and which one a person is offered first.
import type { LanguageView } from "../../api/types.ts";
import { useFormats } from "../../parts/formats.ts";
import { primaryOf, sameLanguage } from "../../parts/same-language.ts";

/** Before the answer is here; one and the same, so that nothing is drawn anew for it. */
export const NO_LANGUAGES: readonly LanguageView[] = [];

export interface LanguageOption {
  code: string;
  name: string;
  possible: boolean;
  note?: "typingOnly" | "readingOnly" | "untranslated" | "unavailable";
  /** The server's words for why it is not possible, in English. */
  reason?: string;
}

/** What works comes first, then what works in part, then the rest. */
export function speakOptions(languages: readonly LanguageView[]): LanguageOption[] {
  return inOrder(
    languages.map((language) => {
      const { code, name, reason } = language;
      if (language.speak) return { code, name, possible: true };
      if (language.type) return { code, name, possible: true, note: "typingOnly" };
      return { code, name, possible: false, note: "unavailable", ...(reason === undefined ? {} : { reason }) };
    }),
  );
}

/** Where nothing is translated into a language, those who hear it still follow each other. */
export function hearOptions(languages: readonly LanguageView[]): LanguageOption[] {
  return inOrder(
    languages.map((language) => {
      const { code, name, reason } = language;
      if (language.hear) return { code, name, possible: true };
      if (language.read) return { code, name, possible: true, note: "readingOnly" };
      if (language.speak || language.type) return { code, name, possible: true, note: "untranslated" };
      return { code, name, possible: false, note: "unavailable", ...(reason === undefined ? {} : { reason }) };
    }),
  );
}

function inOrder(options: LanguageOption[]): LanguageOption[] {
  return options.sort((one, other) => rank(one) - rank(other));
}

function rank({ possible, note }: LanguageOption): number {
  if (!possible) return 2;
  return note === undefined ? 0 : 1;
}

/** The first of `wishes` that is possible, also without its region, else the first possible one; empty if none is. */
export function choose(options: readonly LanguageOption[], wishes: readonly string[]): string {
  const possible = options.filter((option) => option.possible).map(({ code }) => code);
  for (const wish of wishes) {
    const found =
      possible.find((code) => code.toLowerCase() === wish.toLowerCase()) ??
      possible.find((code) => code === primaryOf(wish));
    if (found !== undefined) return found;
  }
  return possible[0] ?? "";
}

export function isPossible(options: readonly LanguageOption[], code: string): boolean {
  return options.some((option) => option.code === code && option.possible);
}

/** For one who wants to try the room alone: another language than `spoken` in which one can take part. */
export function otherLanguage(languages: readonly LanguageView[], spoken: string): string | undefined {
  const takingPart = languages.filter(({ code, type, read }) => type && read && !sameLanguage(code, spoken));
  const liked = ["es", "en"].find((code) => takingPart.some((language) => language.code === code));
  return liked ?? takingPart[0]?.code;
}

/** The name of a language within a sentence. */
export function useLanguageName(): (code: string) => string {
  return useFormats().language;
}
