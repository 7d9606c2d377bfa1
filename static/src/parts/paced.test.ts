import { afterEach, expect, test, vi } from "vitest";
import { paced } from "./paced.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("the first is done at once, and all that is asked meanwhile once more", () => {
  vi.useFakeTimers();
  const work = vi.fn();
  const { ask, stop } = paced(work, 1_000);
  ask();
  expect(work).toHaveBeenCalledTimes(1);
  for (let times = 0; times < 50; times += 1) ask();
  expect(work).toHaveBeenCalledTimes(1);
  vi.advanceTimersByTime(1_000);
  expect(work).toHaveBeenCalledTimes(2);
  vi.advanceTimersByTime(5_000);
  expect(work).toHaveBeenCalledTimes(2);
  ask();
  expect(work).toHaveBeenCalledTimes(3);
  ask();
  stop();
  vi.advanceTimersByTime(5_000);
  expect(work).toHaveBeenCalledTimes(3);
});
