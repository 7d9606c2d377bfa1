import { expect, test } from "vitest";
import { backoff } from "./backoff.ts";

test("waiting doubles up to 15 s, and chance takes off at most half", () => {
  expect([0, 1, 2, 3].map((attempt) => backoff(attempt, 0))).toEqual([500, 1000, 2000, 4000]);
  expect(backoff(3, 1)).toBe(2000);
  expect(backoff(50, 0)).toBe(15_000);
  expect(backoff(5_000, 0.5)).toBe(11_250);
});
