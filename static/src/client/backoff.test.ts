import assert from "node:assert/strict";
import { test } from "node:test";
import { backoff } from "../src/client/backoff.ts";

test("waiting doubles up to 15 s, and chance takes off at most half", () => {
  assert.deepEqual(
    [0, 1, 2, 3].map((attempt) => backoff(attempt, 0)),
    [500, 1000, 2000, 4000],
  );
  assert.equal(backoff(3, 1), 2000);
  assert.equal(backoff(50, 0), 15_000);
  assert.equal(backoff(5_000, 0.5), 11_250);
});
