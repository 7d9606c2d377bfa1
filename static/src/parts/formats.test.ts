import { expect, test } from "vitest";
import { formatsOf } from "./formats.ts";

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

test("numbers, times and names are written as people write them", () => {
  const en = formatsOf("en", ["en-US"]);
  expect([en.rate(3.46), en.rate(340.2), en.count(12_345)]).toEqual(["3.5", "340", "12,345"]);
  expect([en.percent(7.53), en.percent(42.4)]).toEqual(["7.5%", "42%"]);
  expect([en.delay(320.4), en.delay(1_240)]).toEqual(["320 ms", "1.2 sec"]);
  expect([
    en.bytes(12),
    en.bytes(2_048),
    en.bytes(5.5 * 1_024 ** 2),
    en.bytes(200 * 1_024 ** 2),
    en.bytes(1_024 ** 3),
  ]).toEqual(["12 byte", "2 kB", "5.5 MB", "200 MB", "1 GB"]);
  expect([5, 65, 3_700, 90_000].map((seconds) => en.duration(seconds * SECOND))).toEqual([
    "5 sec",
    "1 min 5 sec",
    "1 hr 1 min",
    "1 day 1 hr",
  ]);
  expect([5 * SECOND, 120 * SECOND, 2 * HOUR, 30 * HOUR].map((past) => en.ago(0, past))).toEqual([
    "5 seconds ago",
    "2 minutes ago",
    "2 hours ago",
    "yesterday",
  ]);
  expect([en.language("es"), en.language("not a tag!")]).toEqual(["Spanish", "not a tag!"]);
  const es = formatsOf("es", ["es-ES"]);
  expect([es.language("en"), es.languageAlone("en"), es.rate(3.46)]).toEqual(["inglés", "Inglés", "3,5"]);
  expect([es.languageAlone("not a tag!"), en.languageAlone("es")]).toEqual(["not a tag!", "Spanish"]);
});

test("numbers and times are written as in the person's region", () => {
  const inMexico = formatsOf("es", ["en-US", "es-MX"]);
  expect([inMexico.rate(3.46), inMexico.language("en")]).toEqual(["3.5", "inglés"]);
  const evening = new Date(2026, 0, 1, 19, 5, 9).getTime();
  expect(formatsOf("en", ["en-GB"]).time(evening)).toBe("19:05:09");
  expect(formatsOf("en", ["en-US"]).time(evening)).toMatch(/^07:05:09\sPM$/u);
});

test("of money as many digits are shown as it takes to see it, and of what is left never more than there is", () => {
  const en = formatsOf("en", ["en-US"]);
  expect([0, 0.5, 0.0999, 0.0044, 0.000_012_34, 0.000_000_001, 1.236, 1_234.5].map(en.money)).toEqual([
    "$0.00",
    "$0.50",
    "$0.10",
    "$0.0044",
    "$0.000012",
    "$0.000000001",
    "$1.24",
    "$1,234.50",
  ]);
  expect([0.4956, 0.0096, 1.239, 0].map(en.moneyLeft)).toEqual(["$0.49", "$0.0096", "$1.23", "$0.00"]);
  expect(formatsOf("es", ["es-ES"]).money(0.034)).toMatch(/^0,034\sUS\$$/u);
});

test("days of UTC are called the same everywhere", () => {
  expect(formatsOf("en", ["en-US"]).day("2026-11-01")).toBe("Nov 1");
  expect(formatsOf("es", ["es-ES"]).day("2026-11-01")).toBe("1 nov");
  expect(formatsOf("en", ["en-US"]).minutes(1.26)).toBe("1.3 min");
});
