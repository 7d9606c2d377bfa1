// Decoding and encoding as API.md §1 lays it down.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeAudio, decodeMessage, encodePcm } from "../src/client/protocol.ts";

function bytes(...values: number[]): ArrayBuffer {
  return new Uint8Array(values).buffer;
}

test("an audio frame is read by the layout of the contract", () => {
  const frame = decodeAudio(bytes(1, 0, 12, 0, 4, 3, 2, 1, 5, 0, 0, 0, 0xfe, 0xff, 1, 0));
  assert.deepEqual(frame, { streamId: 0x01020304, sequence: 5, samples: new Int16Array([-2, 1]) });
});

test("a longer header is skipped, also to an odd place", () => {
  const frame = decodeAudio(bytes(1, 0, 13, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0xaa, 0x34, 0x12));
  assert.deepEqual(frame?.samples, new Int16Array([0x1234]));
});

test("frames of unknown kind, cut short or with a false header length are left alone", () => {
  assert.equal(decodeAudio(bytes(2, 0, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0)), undefined);
  assert.equal(decodeAudio(bytes(1, 0, 12, 0)), undefined);
  assert.equal(decodeAudio(bytes(1, 0, 99, 0, 1, 0, 0, 0, 0, 0, 0, 0)), undefined);
  assert.equal(decodeAudio(bytes(1, 0, 4, 0, 1, 0, 0, 0, 0, 0, 0, 0)), undefined);
});

test("samples are sent as little-endian words", () => {
  assert.deepEqual([...new Uint8Array(encodePcm(new Int16Array([-2, 0x1234])))], [0xfe, 0xff, 0x34, 0x12]);
});

test("messages of unknown type and what is no message are ignored, unknown fields are not", () => {
  assert.equal(decodeMessage('{"type":"from_the_future"}'), undefined);
  assert.equal(decodeMessage('{"type":7}'), undefined);
  assert.equal(decodeMessage("null"), undefined);
  assert.equal(decodeMessage("{"), undefined);
  assert.deepEqual(decodeMessage('{"type":"pong","ref":"m1"}'), { type: "pong", ref: "m1" });
});
