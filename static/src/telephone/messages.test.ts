import { expect, test } from "vitest";
import { read } from "./messages.ts";

test("what the emulator tells is read, and what it does not tell is left out", () => {
  const hello = { type: "hello", number: "+1800", events: true, ring_seconds: 30, time_scale: 1 };
  expect(read(JSON.stringify(hello))).toEqual({
    type: "hello",
    number: "+1800",
    events: true,
    ringSeconds: 30,
    timeScale: 1,
  });
  const call = {
    id: "call-1",
    state: "live",
    from: "4:+1425",
    to: "4:+1800",
    legs: [
      null,
      { state: "connected", media: "active" },
      { state: "connecting" },
      { state: "disconnected", media: "active" },
    ],
  };
  expect(read(JSON.stringify({ type: "call", call }))).toEqual({
    type: "call",
    id: "call-1",
    state: "live",
    from: "4:+1425",
    to: "4:+1800",
    sounds: true,
  });
  expect(read('{"type":"call"}')).toMatchObject({ state: "", sounds: false });
  expect(read('{"type":"happening","at":1.5,"what":"x"}')).toEqual({ type: "happening", at: 1.5, what: "x" });
  for (const text of ["", "no", "7", "null", "[]", '{"type":"sings"}']) expect(read(text), text).toBeUndefined();
});
