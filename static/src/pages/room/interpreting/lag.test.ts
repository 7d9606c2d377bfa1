import { expect, test } from "vitest";
import { promptnessOf } from "./lag.ts";

test("how far behind is told in three words", () => {
  expect([0, 1_999, 2_000, 5_999, 6_000, 60_000].map(promptnessOf)).toEqual([
    "prompt",
    "prompt",
    "delayed",
    "delayed",
    "late",
    "late",
  ]);
});
