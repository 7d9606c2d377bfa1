// Numbers, sizes, times and names of languages, as the interface's language writes them in the person's region.
import { useMemo } from "react";
import { useTranslation } from "react-i18next";
import { regional } from "../i18n/i18n.ts";

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const KIB = 1_024;

/** Digits behind the point of money. */
const CENTS = 2;
/** Servers count in billionths of a dollar. */
const MOST_DIGITS = 9;

export interface Formats {
  count: (value: number) => string;
  /** With one decimal where it says something. */
  rate: (value: number) => string;
  percent: (value: number) => string;
  /** `320 ms`, `1.2 s`. */
  delay: (ms: number) => string;
  /** The two largest units of it. */
  duration: (ms: number) => string;
  /** `5.2 min`. */
  minutes: (value: number) => string;
  /** US dollars; small amounts with as many digits as it takes to see them. */
  money: (usd: number) => string;
  /** The same for what is left of some: never more than there is. */
  moneyLeft: (usd: number) => string;
  /** A day of UTC given as `2026-11-21`, without its year. */
  day: (day: string) => string;
  bytes: (value: number) => string;
  time: (ms: number) => string;
  /** `5 minutes ago`, in whole units. */
  ago: (ms: number, now: number) => string;
  /** The name of a language given as BCP 47, or the tag itself, as it stands within a sentence. */
  language: (tag: string) => string;
  /** As `language`, for lists and fields, where it stands alone. */
  languageAlone: (tag: string) => string;
}

export function useFormats(): Formats {
  const { i18n } = useTranslation();
  return useMemo(() => formatsOf(i18n.language), [i18n.language]);
}

export function formatsOf(language: string, wishes?: readonly string[]): Formats {
  const region = regional(language, wishes);
  const whole = new Intl.NumberFormat(region, { maximumFractionDigits: 0 });
  const decimal = new Intl.NumberFormat(region, { maximumFractionDigits: 1 });
  const clock = new Intl.DateTimeFormat(region, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
  const relative = new Intl.RelativeTimeFormat(region, { numeric: "auto" });
  const calendar = new Intl.DateTimeFormat(region, { timeZone: "UTC", day: "numeric", month: "short" });
  const names = new Intl.DisplayNames(language, { type: "language" });
  const nameOf = (tag: string) => {
    try {
      return names.of(tag) ?? tag;
    } catch {
      // Not every tag that a server may name is one that the browser takes.
      return tag;
    }
  };
  const unit = (value: number, name: string, digits = 0) =>
    new Intl.NumberFormat(region, {
      style: "unit",
      unit: name,
      unitDisplay: "short",
      maximumFractionDigits: digits,
    }).format(value);
  const dollars = (usd: number, roundingMode: "halfExpand" | "floor") =>
    new Intl.NumberFormat(region, {
      style: "currency",
      currency: "USD",
      minimumFractionDigits: CENTS,
      maximumFractionDigits: digitsOf(usd),
      roundingMode,
    }).format(usd);
  return {
    count: (value) => whole.format(value),
    rate: (value) => (value >= 100 ? whole : decimal).format(value),
    percent: (value) => unit(value, "percent", value < 10 ? 1 : 0),
    delay: (ms) => (ms < SECOND ? unit(ms, "millisecond") : unit(ms / SECOND, "second", 1)),
    duration: (ms) => {
      const [days, hours] = [Math.floor(ms / DAY), Math.floor((ms % DAY) / HOUR)];
      const [minutes, seconds] = [Math.floor((ms % HOUR) / MINUTE), Math.floor((ms % MINUTE) / SECOND)];
      if (days > 0) return `${unit(days, "day")} ${unit(hours, "hour")}`;
      if (hours > 0) return `${unit(hours, "hour")} ${unit(minutes, "minute")}`;
      return minutes > 0 ? `${unit(minutes, "minute")} ${unit(seconds, "second")}` : unit(seconds, "second");
    },
    minutes: (value) => unit(value, "minute", 1),
    money: (usd) => dollars(usd, "halfExpand"),
    moneyLeft: (usd) => dollars(usd, "floor"),
    day: (day) => calendar.format(Date.parse(day)),
    bytes: (value) => {
      if (value < KIB) return unit(value, "byte");
      if (value < KIB ** 2) return unit(value / KIB, "kilobyte", 1);
      if (value < KIB ** 3) return unit(value / KIB ** 2, "megabyte", value < 100 * KIB ** 2 ? 1 : 0);
      return unit(value / KIB ** 3, "gigabyte", 1);
    },
    time: (ms) => clock.format(ms),
    ago: (ms, now) => {
      const past = Math.max(0, now - ms);
      if (past < MINUTE) return relative.format(-Math.floor(past / SECOND), "second");
      if (past < HOUR) return relative.format(-Math.floor(past / MINUTE), "minute");
      return past < DAY
        ? relative.format(-Math.floor(past / HOUR), "hour")
        : relative.format(-Math.floor(past / DAY), "day");
    },
    language: nameOf,
    languageAlone: (tag) => {
      const name = nameOf(tag);
      return name === tag ? tag : name.charAt(0).toLocaleUpperCase(language) + name.slice(1);
    },
  };
}

/** How many digits behind the point show two of what an amount is, or its cents. */
function digitsOf(usd: number): number {
  if (!(usd > 0) || usd >= 1) return CENTS;
  return Math.min(MOST_DIGITS, Math.max(CENTS, 1 - Math.floor(Math.log10(usd))));
}
