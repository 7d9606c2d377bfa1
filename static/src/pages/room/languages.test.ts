import { expect, test } from "vitest";
import type { LanguageView } from "../../api/types.ts";
import { choose, hearOptions, isPossible, otherLanguage, speakOptions } from "./languages.ts";

const NOTHING = { speak: false, hear: false, type: false, read: false };
const LANGUAGES: LanguageView[] = [
  { code: "de", name: "German", ...NOTHING, reason: "no model" },
  { code: "fr", name: "French", ...NOTHING },
  { code: "ca", name: "Catalan", ...NOTHING, type: true, read: true },
  { code: "it", name: "Italian", ...NOTHING, speak: true },
  { code: "en", name: "English", speak: true, hear: true, type: true, read: true },
  { code: "pt-BR", name: "Portuguese (BR)", speak: true, hear: true, type: true, read: true },
];

test("what can be spoken comes first, then what can only be typed, then the rest with its reason", () => {
  expect(speakOptions(LANGUAGES).map(({ code, possible, note, reason }) => [code, possible, note, reason])).toEqual([
    ["it", true, undefined, undefined],
    ["en", true, undefined, undefined],
    ["pt-BR", true, undefined, undefined],
    ["ca", true, "typingOnly", undefined],
    ["de", false, "unavailable", "no model"],
    ["fr", false, "unavailable", undefined],
  ]);
});

test("what can be heard comes first, then what can be read, or followed untranslated, then the rest", () => {
  expect(hearOptions(LANGUAGES).map(({ code, possible, note }) => [code, possible, note])).toEqual([
    ["en", true, undefined],
    ["pt-BR", true, undefined],
    ["ca", true, "readingOnly"],
    ["it", true, "untranslated"],
    ["de", false, "unavailable"],
    ["fr", false, "unavailable"],
  ]);
});

test("the first wish that is possible is chosen, also without its region, else what is possible at all", () => {
  const options = speakOptions(LANGUAGES);
  expect(choose(options, ["de", "ca"])).toBe("ca");
  expect(choose(options, ["en-GB"])).toBe("en");
  expect(choose(options, ["PT-br"])).toBe("pt-BR");
  expect(choose(options, ["de"])).toBe("it");
  expect(choose([], ["de"])).toBe("");
  expect(isPossible(options, "de")).toBe(false);
  expect(isPossible(options, "en")).toBe(true);
});

test("for one who is alone another language is found, Spanish or English before others", () => {
  expect(otherLanguage(LANGUAGES, "pt-BR")).toBe("en");
  expect(otherLanguage(LANGUAGES, "en")).toBe("ca");
  expect(otherLanguage([], "en")).toBeUndefined();
});
