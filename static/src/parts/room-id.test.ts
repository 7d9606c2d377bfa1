import { expect, test } from "vitest";
import { roomIdProblem } from "./room-id.ts";

test("letters, digits, dot, dash and underscore are allowed, up to 128 of them", () => {
  expect(roomIdProblem("Sala_1.b-2")).toBeUndefined();
  expect(roomIdProblem("x".repeat(128))).toBeUndefined();
});

test("what is wrong with a name is told", () => {
  expect(roomIdProblem("")).toEqual({ kind: "missing" });
  expect(roomIdProblem("x".repeat(129))).toEqual({ kind: "long", length: 129 });
  expect(roomIdProblem("mi sala ñ😀 a")).toEqual({ kind: "characters", characters: [" ", "ñ", "😀"] });
});
