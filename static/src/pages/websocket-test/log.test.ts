// The log is bounded, and audio in it summed up.
import { expect, test } from "vitest";
import { asJsonLines, matches, MessageLog, MOST_CHARACTERS, MOST_ENTRIES, pretty } from "./log.ts";

function frame(stream: number, sequence: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(12 + 640));
  view.setUint8(0, 1);
  view.setUint16(2, 12, true);
  view.setUint32(4, stream, true);
  view.setUint32(8, sequence, true);
  return view.buffer;
}

test("the oldest entries give way", () => {
  const log = new MessageLog();
  for (let at = 0; at < MOST_ENTRIES + 5; at += 1) log.text("received", `{"type":"pong","at":${at}}`);
  expect(log.entries()).toHaveLength(MOST_ENTRIES);
  expect(log.entries()[0]?.text).toContain('"at":5}');
});

test("long entries push out the older ones before there are many", () => {
  const log = new MessageLog();
  const long = "x".repeat(MOST_CHARACTERS / 4);
  for (let at = 0; at < 9; at += 1) log.text("received", long);
  expect(log.entries().map(({ number }) => number)).toEqual([6, 7, 8, 9]);
  log.text("sent", "x".repeat(MOST_CHARACTERS + 1));
  expect(log.entries().map(({ number }) => number)).toEqual([10]);
  log.clear();
  for (let at = 0; at < 4; at += 1) log.text("received", long);
  expect(log.entries()).toHaveLength(4);
});

test("a saved log has no tokens in it", () => {
  const log = new MessageLog();
  log.text("received", '{"type":"session_created","resume_token":"s3cret","data":{"token":"s3cret","text":"a token"}}');
  log.text("sent", '{"type":"recover_session","resume_token":"s3cret"');
  const saved = asJsonLines(log.entries());
  expect(saved).not.toContain("s3cret");
  expect(saved).toContain(
    '"message":{"type":"session_created","resume_token":"…","data":{"token":"…","text":"a token"}}',
  );
});

test("frames of one stream are one entry, as long as no pause is between them", () => {
  const log = new MessageLog();
  for (let at = 0; at < 50; at += 1) {
    log.audio("received", frame(1, at), at * 20);
    log.audio("received", frame(2, at), at * 20);
    if (at % 10 === 0) log.text("received", '{"type":"transcription"}', at * 20);
  }
  log.audio("received", frame(1, 50), 9_000);
  log.audio("sent", new ArrayBuffer(640), 9_000);
  log.audio("received", new ArrayBuffer(3), 9_000);
  const audio = log
    .entries()
    .flatMap(({ direction, audio }) => (audio === undefined ? [] : [[direction, audio.stream, audio.frames]]));
  expect(audio).toEqual([
    ["received", 1, 50],
    ["received", 2, 50],
    ["received", 1, 1],
    ["sent", undefined, 1],
    ["received", undefined, 1],
  ]);
});

test("an answer is tied to its question", () => {
  const log = new MessageLog();
  log.text("sent", '{"type":"ping","id":7}', 1_000);
  log.text("received", '{"type":"pong","ref":7}', 1_012);
  log.text("received", '{"type":"pong","ref":8}', 1_012);
  log.text("received", "no message", 1_012);
  log.text("received", '{"event":"pong"}', 1_012);
  expect(log.entries().map(({ type, answeredIn }) => [type, answeredIn])).toEqual([
    ["ping", undefined],
    ["pong", 12],
    ["pong", undefined],
    ["?", undefined],
    ["pong", undefined],
  ]);
});

test("entries are found and written as they are", () => {
  const log = new MessageLog();
  log.text("sent", "no message", 0);
  const [entry] = log.entries();
  if (entry === undefined) throw new Error("nothing was kept");
  expect([matches(entry, ""), matches(entry, "NO M"), matches(entry, "yes")]).toEqual([true, true, false]);
  expect(JSON.parse(asJsonLines([entry]))).toMatchObject({ at: "1970-01-01T00:00:00.000Z", message: "no message" });
  expect([pretty("no message"), pretty('{"a":1}')]).toEqual(["no message", '{\n  "a": 1\n}']);
});
