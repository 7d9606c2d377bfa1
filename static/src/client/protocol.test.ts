// Decoding and encoding as API.md §1 lays it down.
import { expect, test } from "vitest";
import { decodeAudio, decodeMessage, encodePcm } from "./protocol.ts";

function bytes(...values: number[]): ArrayBuffer {
  return new Uint8Array(values).buffer;
}

test("an audio frame is read by the layout of the contract", () => {
  const frame = decodeAudio(bytes(1, 0, 12, 0, 4, 3, 2, 1, 5, 0, 0, 0, 0xfe, 0xff, 1, 0));
  expect(frame).toEqual({ streamId: 0x01020304, sequence: 5, samples: new Int16Array([-2, 1]) });
});

test("a longer header is skipped, also to an odd place", () => {
  const frame = decodeAudio(bytes(1, 0, 13, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0x34, 0x12));
  expect(frame?.samples).toEqual(new Int16Array([0x1234]));
});

test("frames of unknown kind, cut short or with a false header length are left alone", () => {
  expect(decodeAudio(bytes(2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0))).toBe(undefined);
  expect(decodeAudio(bytes(1, 0, 12, 0))).toBe(undefined);
  expect(decodeAudio(bytes(1, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0, 0))).toBe(undefined);
  expect(decodeAudio(bytes(1, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0))).toBe(undefined);
});

test("samples are sent as little-endian words", () => {
  expect([...new Uint8Array(encodePcm(new Int16Array([-2, 0x1234])))]).toEqual([0xfe, 0xff, 0x34, 0x12]);
});

test("messages of unknown type and what is no message are ignored, unknown fields are not", () => {
  expect(decodeMessage('{"type":"from_the_future"}')).toBe(undefined);
  expect(decodeMessage('{"type":7}')).toBe(undefined);
  expect(decodeMessage("null")).toBe(undefined);
  expect(decodeMessage("{")).toBe(undefined);
  expect(decodeMessage('{"type":"pong","ref":"m1"}')).toEqual({ type: "pong", ref: "m1" });
});
