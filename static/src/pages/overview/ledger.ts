// The ledger of engines by day. Pure.
import type { DayOfUse } from "../../api/types.ts";
import type { Days } from "./questions.ts";

/** All engines of one day together. */
export interface DayOfCost {
  /** Of UTC, as `2026-11-21`. */
  day: string;
  engines: string[];
  audioMs: number;
  /** US dollars. */
  cost: number;
}

const DAY_MS = 86_400_000;
/** Of a time as ISO 8601 writes it: its day. */
const DAY_LENGTH = 10;

/** So many days of UTC up to the one of `now`, in milliseconds since 1970. */
export function daysUntil(now: number, days: number): Days {
  const dayOf = (time: number) => new Date(time).toISOString().slice(0, DAY_LENGTH);
  return { from: dayOf(now - (days - 1) * DAY_MS), to: dayOf(now) };
}

/** The days on which engines were used, the newest first. */
export function byDay(usage: readonly DayOfUse[]): DayOfCost[] {
  const days = Map.groupBy(usage, ({ day }) => day);
  return [...days]
    .map(([day, uses]) => ({
      day,
      engines: uses.map(({ engine }) => engine),
      audioMs: uses.reduce((sum, use) => sum + use.audio_ms, 0),
      cost: uses.reduce((sum, use) => sum + use.cost_usd, 0),
    }))
    .sort((a, b) => b.day.localeCompare(a.day));
}
