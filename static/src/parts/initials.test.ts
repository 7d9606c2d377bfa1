import { expect, test } from "vitest";
import { initialsOf } from "./initials.ts";

test("initials are whole letters of the first and the last word", () => {
  expect(initialsOf("Ana María Ruiz")).toBe("AR");
  expect(initialsOf("  ben ")).toBe("B");
  expect(initialsOf("👩‍🚀 Eva")).toBe("👩‍🚀E");
  expect([initialsOf("+34 600"), initialsOf("(Zoë)")]).toEqual(["36", "Z"]);
  expect(initialsOf("")).toBe("?");
});
