import { expect, test } from "vitest";
import { byDay, daysUntil } from "./ledger.ts";

test("days are those of UTC, the one of now included", () => {
  const justBeforeMidnight = Date.parse("2026-03-01T23:59:59.999Z");
  expect(daysUntil(justBeforeMidnight, 1)).toEqual({ from: "2026-03-01", to: "2026-03-01" });
  expect(daysUntil(justBeforeMidnight, 30)).toEqual({ from: "2026-01-31", to: "2026-03-01" });
  expect(daysUntil(justBeforeMidnight + 1, 1).to).toBe("2026-03-02");
});

test("the engines of a day are counted together, the newest day first", () => {
  const use = (day: string, engine: string, cost_usd: number) => ({
    day,
    engine,
    audio_ms: 60_000,
    tokens: 0,
    cost_usd,
  });
  const days = byDay([
    use("2026-02-28", "local", 0),
    use("2026-03-01", "azure-realtime", 0.5),
    use("2026-03-01", "azure-translate", 0.25),
  ]);
  expect(days).toEqual([
    { day: "2026-03-01", engines: ["azure-realtime", "azure-translate"], audioMs: 120_000, cost: 0.75 },
    { day: "2026-02-28", engines: ["local"], audioMs: 60_000, cost: 0 },
  ]);
  expect(byDay([])).toEqual([]);
});
