import { expect, test } from "vitest";
import { makeStore } from "../../app/store.ts";
import type { Participant } from "../../client/index.ts";
import {
  announced,
  captioned,
  connectionChanged,
  entered,
  interrupted,
  left,
  MOST_UTTERANCES,
  participantCame,
  participantWent,
  rosterCame,
  selectAnnounced,
  selectConnection,
  selectHeard,
  selectHears,
  selectRetryAt,
  selectSpeaks,
  selectTalking,
  selectTone,
  selectTyped,
  selectUtterance,
  selectUtteranceIds,
  selectVoices,
  talked,
  voiceBegan,
  voiceEnded,
  wrote,
} from "./stay-slice.ts";
import type { CaptionMessage } from "./utterance.ts";

const ADA: Participant = { session_id: "ada", name: "Ada", kind: "person", speaks: "en", hears: ["en"] };
const LUCIA: Participant = { session_id: "lucia", name: "Lucía", kind: "person", speaks: "es", hears: ["es"] };

type Transcription = CaptionMessage & { type: "transcription" };

function said(text: string, extra: Partial<Transcription> = {}): Transcription {
  return {
    type: "transcription",
    room_id: "lobby",
    utterance_id: "u1",
    revision: 0,
    speaker: { session_id: "lucia", name: "Lucía" },
    language: "es",
    text,
    final: false,
    started_at: "2026-11-21T09:30:00Z",
    engine: "local",
    ...extra,
  };
}

function translated(text: string, language: string, final: boolean): CaptionMessage {
  return { ...said(text, { final }), type: "translation", language, source_language: "es" };
}

function inRoom() {
  const store = makeStore();
  store.dispatch(entered({ roomId: "lobby", speaks: "en", hears: "en" }));
  store.dispatch(rosterCame({ ownId: "ada", participants: [ADA, LUCIA] }));
  const utterance = (id = "lucia/u1") => selectUtterance(store.getState(), id);
  return { dispatch: store.dispatch, getState: () => store.getState(), utterance };
}

test("an utterance firms up in its place, and old news changes nothing", () => {
  const { dispatch, getState, utterance } = inRoom();
  dispatch(captioned(said("Buenos", { revision: 1 })));
  dispatch(captioned(said("Bue", { revision: 0 })));
  expect(utterance()?.source?.text).toBe("Buenos");
  dispatch(captioned(said("Buenos días.", { revision: 2, final: true })));
  dispatch(captioned(said("Buenos días, eh", { revision: 3 })));
  dispatch(captioned(said("Buenas tardes.", { revision: 3, final: true })));
  expect(utterance()?.source).toMatchObject({ text: "Buenos días.", final: true });
  expect(selectUtteranceIds(getState())).toEqual(["lucia/u1"]);
});

test("a translation stands beside what was said, and one into another language takes its place", () => {
  const { dispatch, utterance } = inRoom();
  dispatch(captioned(said("Buenos días.", { final: true, confidence: 0.9 })));
  dispatch(captioned(translated("Good day.", "en", true)));
  expect(utterance()).toMatchObject({ source: { confidence: 0.9 }, translation: { text: "Good day." } });
  dispatch(captioned(translated("Bon jour.", "fr", false)));
  expect(utterance()?.translation?.text).toBe("Bon jour.");
});

test("two people may use the same name for an utterance", () => {
  const { dispatch, getState } = inRoom();
  dispatch(captioned(said("Hola")));
  dispatch(captioned(said("Hello", { speaker: { session_id: "ada", name: "Ada" } })));
  expect(selectUtteranceIds(getState())).toEqual(["lucia/u1", "ada/u1"]);
});

test("a caption without a time, or with a false one, is of now", () => {
  const { dispatch, utterance } = inRoom();
  const before = Date.now();
  dispatch(captioned(said("Hola", { started_at: "soon" })));
  expect(utterance()?.startedAt).toBeGreaterThanOrEqual(before);
});

test("five hundred utterances are kept, the oldest go", () => {
  const { dispatch, getState } = inRoom();
  for (let count = 0; count < MOST_UTTERANCES + 3; count += 1) {
    dispatch(captioned(said("Hola", { utterance_id: `n${count}`, final: true })));
  }
  expect(selectUtteranceIds(getState())).toHaveLength(MOST_UTTERANCES);
  expect(selectUtteranceIds(getState())[0]).toBe("lucia/n3");
  expect(selectHeard(getState())).toBe(MOST_UTTERANCES + 3);
});

test("what is not stored is marked, and a session's end breaks off what was still changing", () => {
  const { dispatch, utterance } = inRoom();
  dispatch(captioned(said("Hola", { durable: false })));
  expect(utterance()?.durable).toBe(false);
  dispatch(interrupted());
  expect(utterance()?.interrupted).toBe(true);
  dispatch(captioned(said("Hola.", { revision: 1, final: true })));
  expect(utterance()?.interrupted).toBe(false);
});

test("own text is on the screen at once, until the server confirms it", () => {
  const { dispatch, getState } = inRoom();
  dispatch(wrote("t1", "Hello"));
  dispatch(wrote("t2", "Hello"));
  expect(selectTyped(getState()).map(({ id }) => id)).toEqual(["t1", "t2"]);
  dispatch(captioned(said("Hello", { final: true })));
  expect(selectTyped(getState())).toHaveLength(2);
  dispatch(captioned(said("Hello", { utterance_id: "x", final: true, speaker: { session_id: "ada", name: "Ada" } })));
  expect(selectTyped(getState()).map(({ id }) => id)).toEqual(["t2"]);
});

test("when the connection is lost nobody talks, nothing is played, and what was not confirmed is uncertain", () => {
  const { dispatch, getState } = inRoom();
  dispatch(talked({ id: "lucia", talking: true }));
  dispatch(talked({ id: "lucia", talking: true }));
  expect(selectTalking(getState())).toEqual(["lucia"]);
  dispatch(voiceBegan({ streamId: 1, speaker: "Lucía", language: "en" }));
  dispatch(wrote("t1", "Hello"));
  const before = Date.now();
  dispatch(connectionChanged({ kind: "waiting", retryInMs: 2_000 }));
  expect(selectTalking(getState())).toEqual([]);
  expect(selectVoices(getState())).toEqual([]);
  expect(selectTyped(getState())[0]?.uncertain).toBe(true);
  expect(selectRetryAt(getState())).toBeGreaterThanOrEqual(before + 2_000);
  expect(selectConnection(getState()).kind).toBe("waiting");
});

test("people come, change and go; with them their talking, but not their tone", () => {
  const { dispatch, getState } = inRoom();
  const tone = selectTone(getState(), "lucia");
  expect(tone).not.toBe(selectTone(getState(), "ada"));
  dispatch(talked({ id: "lucia", talking: true }));
  dispatch(participantWent("lucia"));
  expect(selectTalking(getState())).toEqual([]);
  dispatch(participantCame(LUCIA));
  expect(selectTone(getState(), "lucia")).toBe(tone);
});

test("own languages are what the server says they are, as another window may have changed them", () => {
  const { dispatch, getState } = inRoom();
  dispatch(participantCame({ ...ADA, speaks: "es", hears: ["en"] }));
  expect([selectSpeaks(getState()), selectHears(getState())]).toEqual(["es", "en"]);
  dispatch(participantCame({ ...ADA, hears: [] }));
  expect(selectHears(getState())).toBe("en");
});

test("voices are listed while they are played, announcements up to twenty", () => {
  const { dispatch, getState } = inRoom();
  dispatch(voiceBegan({ streamId: 1, speaker: "Lucía", language: "en" }));
  dispatch(voiceEnded(1));
  expect(selectVoices(getState())).toEqual([]);
  for (let count = 0; count < 25; count += 1) dispatch(announced({ text: `${count}`, language: "en" }));
  expect(selectAnnounced(getState()).map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, place) => place + 6));
});

test("the same room entered again keeps its captions, another one begins empty, and so does one that was left", () => {
  const { dispatch, getState } = inRoom();
  dispatch(captioned(said("Hola")));
  dispatch(entered({ roomId: "lobby", speaks: "en", hears: "en" }));
  expect(selectUtteranceIds(getState())).toHaveLength(1);
  dispatch(entered({ roomId: "other", speaks: "en", hears: "en" }));
  expect(selectUtteranceIds(getState())).toHaveLength(0);
  dispatch(captioned(said("Hola")));
  dispatch(left());
  expect(selectUtteranceIds(getState())).toHaveLength(0);
});
