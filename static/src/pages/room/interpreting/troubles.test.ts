// What is told of engines that fail, with the clock in the test's hands.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { dismiss } from "../../../app/notices.ts";
import { makeStore } from "../../../app/store.ts";
import { speakInterface } from "../../../i18n/i18n.ts";
import { Troubles } from "./troubles.ts";

const CODES = [
  "translation_interrupted",
  "untranslated",
  "engine_fallback",
  "engine_unavailable",
  "engine_overloaded",
  "engine_timeout",
  "engine_failed",
];

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function begin(language: "en" | "es" = "en") {
  await speakInterface(language);
  const store = makeStore();
  const troubles = new Troubles(store);
  return { store, troubles, told: () => store.getState().notices.map(({ text }) => text) };
}

test("each is told in words of both languages, none of them the server's own", async () => {
  const texts = new Set<string>();
  for (const language of ["en", "es"] as const) {
    const { troubles, told } = await begin(language);
    for (const code of CODES) {
      expect(troubles.tell(code)).toBe(true);
      texts.add(told().at(-1) ?? "");
    }
    troubles.stop();
  }
  expect(texts.size).toBe(2 * CODES.length);
  expect([...texts].filter((text) => /[a-z]_[a-z]|reported a problem|ha comunicado/u.test(text))).toEqual([]);
});

test("what is no trouble of engines is left to others", async () => {
  const { troubles, told } = await begin();
  expect(troubles.tell("invalid_text")).toBe(false);
  expect(told()).toEqual([]);
});

test("a stream that breaks again and again says so once a minute, and is forgotten in between", async () => {
  const { troubles, told } = await begin();
  let shown = 0;
  for (let second = 0; second < 60; second += 1) {
    troubles.tell("translation_interrupted");
    if (told().length > 0) shown += 1;
    vi.advanceTimersByTime(1_000);
  }
  expect(shown).toBe(15);
  expect(told()).toEqual([]);
  troubles.tell("translation_interrupted");
  expect(told()).toHaveLength(1);
});

test("what the person dismissed does not come back with the next failure", async () => {
  const { store, troubles, told } = await begin();
  troubles.tell("engine_failed");
  troubles.tell("engine_fallback");
  expect(told()).toHaveLength(2);
  store.dispatch(dismiss("problem"));
  vi.advanceTimersByTime(10_000);
  troubles.tell("engine_failed");
  expect(told()).toEqual([expect.stringContaining("Another one interprets you")]);
  troubles.stop();
  expect(told()).toEqual([]);
});
