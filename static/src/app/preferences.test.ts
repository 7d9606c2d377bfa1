import { expect, test } from "vitest";
import { preferredInterfaceLanguage, regional } from "../i18n/i18n.ts";
import { prefer, preferencesSlice } from "./preferences.ts";
import { makeStore } from "./store.ts";

const PLACE = "interpres.preferences";

test("what was chosen is there at the next visit", () => {
  makeStore().dispatch(prefer({ name: "Ana", volume: 0.3 }));
  const { name, volume, hears } = makeStore().getState().preferences;
  expect({ name, volume, hears }).toEqual({ name: "Ana", volume: 0.3, hears: "" });
});

test.each([
  ["not JSON", "{"],
  ["no object", "7"],
  ["other kinds", '{"volume":"loud","interfaceLanguage":"tlh","shortcuts":1,"stranger":true}'],
])("%s from another version is passed over", (_, stored) => {
  const untouched = preferencesSlice.reducer(undefined, { type: "begin" });
  localStorage.setItem(PLACE, stored);
  expect(makeStore().getState().preferences).toEqual(untouched);
});

test("the interface's language is the first of one's own in which there is one", () => {
  expect(preferredInterfaceLanguage(["fr-CH", "es-MX", "en"])).toBe("es");
  expect(preferredInterfaceLanguage(["fr"])).toBe("en");
});

test("times and numbers are written as in one's own region", () => {
  expect(regional("en", ["de", "en-GB", "en"])).toBe("en-GB");
  expect(regional("es", ["en-GB"])).toBe("es");
});
