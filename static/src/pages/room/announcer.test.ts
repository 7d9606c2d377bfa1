import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { speakInterface } from "../../i18n/i18n.ts";
import { Announcer, PAUSE_MS } from "./announcer.ts";

beforeEach(async () => {
  await speakInterface("en");
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function listening() {
  const heard: string[] = [];
  const announcer = new Announcer((text, language) => heard.push(`${language} ${text}`));
  const says = (name: string, text: string) => {
    announcer.push({ name, text, language: "en" });
  };
  return { announcer, heard, says };
}

test("the first caption is read at once, the next ones together three seconds later", () => {
  const { heard, says } = listening();
  says("Ada", "Hello.");
  expect(heard).toEqual(["en Ada: Hello."]);
  says("Ada", "How are you?");
  says("Ada", "Are you there?");
  says("Ben", "Yes.");
  vi.advanceTimersByTime(PAUSE_MS - 1);
  expect(heard).toHaveLength(1);
  vi.advanceTimersByTime(1);
  expect(heard[1]).toBe("en Ada: How are you? Are you there? Ben: Yes.");
  vi.advanceTimersByTime(10 * PAUSE_MS);
  expect(heard).toHaveLength(2);
  says("Ada", "Good.");
  expect(heard).toHaveLength(3);
});

test("of very many only the last six are read, the others counted", () => {
  const { heard, says } = listening();
  for (let count = 0; count < 9; count += 1) says("Ada", `${count}.`);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard[1]).toBe("en 2 earlier captions are on the screen. Ada: 3. 4. 5. 6. 7. 8.");
});

test("after the end nothing more is read", () => {
  const { announcer, heard, says } = listening();
  says("Ada", "Hello.");
  says("Ada", "Bye.");
  announcer.stop();
  vi.advanceTimersByTime(10 * PAUSE_MS);
  expect(heard).toHaveLength(1);
});
