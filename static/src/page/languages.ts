// Which languages can be spoken, typed and heard here, and the fields in which a person chooses theirs.
import { create } from "./element.ts";

/** One entry of `GET /api/languages`. */
export interface Language {
  code: string;
  name: string;
  /** Speech in it is recognised. */
  speak: boolean;
  /** Others' words can be read in it. */
  read: boolean;
  /** Others' words can be read and heard in it. */
  hear: boolean;
  /** Typed text in it is translated. */
  type: boolean;
  /** Why something is not possible, for people. */
  reason?: string | null;
}

/** @throws {Error} when the server does not answer with the list. */
export async function fetchLanguages(): Promise<Language[]> {
  const response = await fetch("/api/languages", { headers: { accept: "application/json" } });
  if (!response.ok) throw new Error(`GET /api/languages answered ${response.status}`);
  const body = (await response.json()) as { languages: Language[] };
  return body.languages;
}

/**
 * Whether what is said in one is not translated for a hearer of the other: the same language, whatever its region,
 * unless both name a different one. The server decides by the same rule.
 */
export function sameLanguage(one: string, other: string): boolean {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  return first === second || first.split("-")[0] === second || first === second.split("-")[0];
}

/** The languages in which a person can take part, with those that are impossible here shown but not to be chosen. */
export function fillSpeaks(field: HTMLSelectElement, languages: Language[]): void {
  fill(field, languages, (language) => {
    if (language.speak) return { possible: true, note: "" };
    return language.type
      ? { possible: true, note: "typing only" }
      : { possible: false, note: language.reason ?? "not available here" };
  });
}

/** Where nothing is translated into a language, those who hear it still follow each other. */
export function fillHears(field: HTMLSelectElement, languages: Language[]): void {
  fill(field, languages, (language) => {
    if (language.hear) return { possible: true, note: "" };
    if (language.read) return { possible: true, note: "reading only" };
    return { possible: language.speak || language.type, note: "not translated into" };
  });
}

function fill(
  field: HTMLSelectElement,
  languages: Language[],
  judge: (language: Language) => { possible: boolean; note: string },
): void {
  const options = languages.map((language) => {
    const { possible, note } = judge(language);
    const option = create("option", "", note === "" ? language.name : `${language.name} (${note})`);
    option.value = language.code;
    option.disabled = !possible;
    return option;
  });
  options.sort((one, other) => Number(one.disabled) - Number(other.disabled));
  field.replaceChildren(...options);
}

/** Chooses the first of `wishes` that is possible, else the first possible language. */
export function choose(field: HTMLSelectElement, wishes: readonly (string | null)[]): void {
  const possible = [...field.options].filter((option) => !option.disabled);
  const wanted = wishes.map((wish) => possible.find((option) => option.value === wish));
  const chosen = wanted.find((option) => option !== undefined) ?? possible[0];
  if (chosen !== undefined) field.value = chosen.value;
}
