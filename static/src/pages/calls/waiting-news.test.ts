import { afterEach, expect, test, vi } from "vitest";
import { call } from "./calls.fixtures.ts";
import { PAUSE_MS, WaitingNews } from "./waiting-news.ts";
import type { News } from "./waiting-news.ts";

afterEach(() => {
  vi.useRealTimers();
});

test("each who waits is told of once, and those who come at the same time together", () => {
  vi.useFakeTimers();
  const heard: News[] = [];
  const news = new WaitingNews((one) => heard.push(one));
  const [ana, ben, cleo] = [call("a", "Ana"), call("b", "Ben"), call("c", "Cleo")];
  news.see([]);
  expect(heard).toEqual([]);
  news.see([ana]);
  expect(heard).toEqual([{ names: ["Ana"], count: 1 }]);
  // The list comes again every few seconds, and two more callers with it.
  news.see([ana]);
  news.see([ana, ben]);
  news.see([ana, ben, cleo]);
  expect(heard).toHaveLength(1);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard[1]).toEqual({ names: ["Ben", "Cleo"], count: 3 });
  vi.advanceTimersByTime(PAUSE_MS);
  // One who was attached meanwhile is nobody's news, and one who waits again is.
  news.see([ana]);
  news.see([ana, ben]);
  expect(heard[2]).toEqual({ names: ["Ben"], count: 2 });
  news.see([ana, ben, cleo]);
  news.see([ana, ben]);
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard).toHaveLength(3);
  news.see([cleo]);
  news.stop();
  vi.advanceTimersByTime(PAUSE_MS);
  expect(heard).toHaveLength(3);
});
