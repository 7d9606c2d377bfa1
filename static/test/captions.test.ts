// Captions firm up in their place, whatever order their revisions arrive in.
import assert from "node:assert/strict";
import { test } from "node:test";
import { announcement, Captions } from "../src/page/captions.ts";
import type { Caption } from "../src/client/protocol.ts";

function caption(change: Partial<Caption> = {}): Caption {
  return {
    room_id: "kitchen",
    utterance_id: "u1",
    revision: 1,
    speaker: { session_id: "ben", name: "Ben" },
    language: "en",
    text: "where is",
    final: false,
    started_at: "2026-01-01T10:00:00Z",
    ...change,
  };
}

function said(change: Partial<Caption> = {}): Caption & { type: "transcription" } {
  return { type: "transcription", ...caption(change) };
}

function translated(change: Partial<Caption> = {}): Caption & { type: "translation" } {
  return { type: "translation", ...caption({ language: "es", text: "dónde está", ...change }) };
}

test("source and translation of one utterance meet in one place and firm up apart", () => {
  const captions = new Captions();
  captions.apply(said());
  captions.apply(translated());
  const last = captions.apply(said({ revision: 2, text: "Where is the station?", final: true }));
  assert.equal(last?.changed.source?.text, "Where is the station?");
  assert.equal(last.changed.source.final, true);
  assert.equal(last.changed.translation?.text, "dónde está");
  assert.equal(last.changed.translation.final, false);
});

test("an older revision, or a partial after the final, changes nothing", () => {
  const captions = new Captions();
  captions.apply(said({ revision: 3, text: "where is the" }));
  assert.equal(captions.apply(said({ revision: 2 })), undefined);
  captions.apply(said({ revision: 4, text: "Where is the train?", final: true }));
  assert.equal(captions.apply(said({ revision: 5 })), undefined);
  assert.equal(captions.apply(said({ revision: 4, text: "Where is the train?", final: true })), undefined);
});

test("people who talk at the same time do not mix, though their utterances have one id", () => {
  const captions = new Captions();
  captions.apply(said());
  const other = captions.apply(said({ speaker: { session_id: "ana", name: "Ana" }, text: "hello" }));
  assert.equal(other?.changed.speaker.name, "Ana");
  assert.equal(other.changed.source?.text, "hello");
});

test("who changes the language that they hear gets the next revision in the new one", () => {
  const captions = new Captions();
  captions.apply(translated({ revision: 5 }));
  const changed = captions.apply(translated({ revision: 1, language: "fr", text: "où est" }));
  assert.equal(changed?.changed.translation?.text, "où est");
});

test("after 300 utterances the oldest one goes", () => {
  const captions = new Captions();
  for (let index = 0; index < 300; index += 1) {
    assert.equal(captions.apply(said({ utterance_id: `u${index}` }))?.removed, undefined);
  }
  assert.equal(captions.apply(said({ utterance_id: "u300" }))?.removed, "ben/u0");
});

test("announced are finals of others, once, in the language that the person hears", () => {
  assert.equal(announcement(translated({ final: true }), "ana", "es"), "Ben: dónde está");
  assert.equal(announcement(said({ final: true }), "ana", "en-GB"), "Ben: where is");
  assert.equal(announcement(said({ final: true }), "ana", "es"), undefined, "its translation follows");
  assert.equal(announcement(translated(), "ana", "es"), undefined, "a partial");
  assert.equal(announcement(said({ final: true }), "ben", "en"), undefined, "one's own words");
});
