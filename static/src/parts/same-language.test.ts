import { expect, test } from "vitest";
import { sameLanguage } from "./same-language.ts";

test("a language is the same whatever its region, unless both name different ones", () => {
  expect(sameLanguage("en", "en-US")).toBe(true);
  expect(sameLanguage("EN-us", "en")).toBe(true);
  expect(sameLanguage("pt-PT", "pt-BR")).toBe(false);
  expect(sameLanguage("en", "es")).toBe(false);
});
