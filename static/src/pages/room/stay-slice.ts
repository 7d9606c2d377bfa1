// One stay in a room as the page shows it: the connection, what was said, who is there, who is talking, what is played.
import { createEntityAdapter, createSelector, createSlice, SHOULD_AUTOBATCH } from "@reduxjs/toolkit";
import type { EntityState, PayloadAction, WithSlice } from "@reduxjs/toolkit";
import { signOut } from "../../app/access.ts";
import { rootReducer } from "../../app/store.ts";
import type { ConnectionState, Participant, Warning } from "../../client/index.ts";
import { toneFor } from "../../parts/tones.ts";
import { revised, utteranceId } from "./utterance.ts";
import type { CaptionMessage, Utterance } from "./utterance.ts";

/** Enough to read back through a long meeting; older ones are in the room's transcript. */
export const MOST_UTTERANCES = 500;
/** Announced lines kept for a screen reader's own way of reading back. */
const MOST_ANNOUNCED = 20;

/** Own text that the server has not confirmed yet. */
export interface Typed {
  id: string;
  text: string;
  /** Milliseconds since 1970. */
  at: number;
  /** The connection broke, or the server refused something, before it was confirmed. */
  uncertain: boolean;
}

/** Translated speech that is being played. */
export interface Voice {
  streamId: number;
  /** The name of the person whose words they are. */
  speaker: string;
  /** BCP 47, of the translation. */
  language: string;
}

export interface Announced {
  id: number;
  text: string;
  /** BCP 47. */
  language: string;
}

export interface StayState {
  roomId: string;
  /** BCP 47; of the session, as the server last confirmed or the person last chose. */
  speaks: string;
  hears: string;
  connection: ConnectionState;
  /** While waiting: when the next attempt begins, in milliseconds since 1970. */
  retryAt: number;
  /** Sessions of this stay; more than one when the server forgot one. The last is the present one. */
  ownIds: string[];
  utterances: EntityState<Utterance, string>;
  /** How many utterances there ever were. */
  heard: number;
  typed: Typed[];
  participants: EntityState<Participant, string>;
  /** By session. */
  tones: Record<string, number>;
  /** Sessions whose speech goes on now. */
  talking: string[];
  voices: Voice[];
  warnings: Warning[];
  announced: Announced[];
}

const utterances = createEntityAdapter<Utterance>();
const participants = createEntityAdapter<Participant, string>({ selectId: ({ session_id }) => session_id });

function beginning(): StayState {
  return {
    roomId: "",
    speaks: "",
    hears: "",
    connection: { kind: "connecting" },
    retryAt: 0,
    ownIds: [],
    utterances: utterances.getInitialState(),
    heard: 0,
    typed: [],
    participants: participants.getInitialState(),
    tones: {},
    talking: [],
    voices: [],
    warnings: [],
    announced: [],
  };
}

const staySlice = createSlice({
  name: "stay",
  initialState: beginning,
  reducers: {
    /** The person goes into a room: what is on the screen stays if it is the same one again. */
    entered(state, { payload }: PayloadAction<{ roomId: string; speaks: string; hears: string }>) {
      if (state.roomId !== payload.roomId) Object.assign(state, beginning());
      Object.assign(state, payload);
    },
    /** Nothing of the stay remains. */
    left: beginning,
    connectionChanged: {
      prepare: (connection: ConnectionState) => ({ payload: connection, meta: { now: Date.now() } }),
      reducer(state, { payload, meta }: PayloadAction<ConnectionState, string, { now: number }>) {
        state.connection = payload;
        state.retryAt = payload.kind === "waiting" ? meta.now + payload.retryInMs : 0;
        if (payload.kind !== "waiting" && payload.kind !== "ended") return;
        state.talking = [];
        state.voices = [];
        for (const typed of state.typed) typed.uncertain = true;
      },
    },
    /** What the person speaks and hears from now on. */
    languagesChosen(state, { payload }: PayloadAction<{ speaks: string; hears: string }>) {
      Object.assign(state, payload);
    },
    /** Who is in the room, as the server says on entering and coming back. */
    rosterCame(state, { payload }: PayloadAction<{ ownId: string; participants: Participant[] }>) {
      if (state.ownIds.at(-1) !== payload.ownId) state.ownIds.push(payload.ownId);
      participants.setAll(state.participants, payload.participants);
      state.talking = state.talking.filter((id) => id in state.participants.entities);
      for (const participant of payload.participants) meet(state, participant);
    },
    participantCame(state, { payload }: PayloadAction<Participant>) {
      participants.setOne(state.participants, payload);
      meet(state, payload);
    },
    participantWent(state, { payload: id }: PayloadAction<string>) {
      participants.removeOne(state.participants, id);
      state.talking = state.talking.filter((talking) => talking !== id);
    },
    talked(state, { payload }: PayloadAction<{ id: string; talking: boolean }>) {
      state.talking = state.talking.filter((id) => id !== payload.id);
      if (payload.talking) state.talking.push(payload.id);
    },
    /** Drawn with all others of the same frame: after a reload hundreds come at once. */
    captioned: {
      prepare: (message: CaptionMessage) => ({
        payload: message,
        meta: { now: Date.now(), [SHOULD_AUTOBATCH]: true },
      }),
      reducer(state, { payload, meta }: PayloadAction<CaptionMessage, string, { now: number }>) {
        const known = state.utterances.entities[utteranceId(payload)];
        const utterance = revised(known, payload, meta.now);
        if (utterance === undefined) return;
        utterances.setOne(state.utterances, utterance);
        paint(state, utterance.speaker.id);
        confirm(state, payload);
        if (known !== undefined) return;
        state.heard += 1;
        utterances.removeMany(state.utterances, state.utterances.ids.slice(0, -MOST_UTTERANCES));
      },
    },
    /** What is still changing will not firm up: its session has gone. */
    interrupted(state) {
      for (const utterance of Object.values(state.utterances.entities)) {
        if (utterance.source?.final === false || utterance.translation?.final === false) utterance.interrupted = true;
      }
    },
    wrote: {
      prepare: (id: string, text: string) => ({ payload: { id, text, at: Date.now() } }),
      reducer(state, { payload }: PayloadAction<{ id: string; text: string; at: number }>) {
        state.typed.push({ ...payload, uncertain: false });
      },
    },
    /** The server refused something: what is not confirmed may be it. */
    refused(state) {
      for (const typed of state.typed) typed.uncertain = true;
    },
    typedDismissed(state, { payload: id }: PayloadAction<string>) {
      state.typed = state.typed.filter((typed) => typed.id !== id);
    },
    voiceBegan(state, { payload }: PayloadAction<Voice>) {
      state.voices.push(payload);
    },
    voiceEnded(state, { payload: streamId }: PayloadAction<number>) {
      state.voices = state.voices.filter((voice) => voice.streamId !== streamId);
    },
    warned(state, { payload }: PayloadAction<Warning[]>) {
      state.warnings = payload;
    },
    announced(state, { payload }: PayloadAction<{ text: string; language: string }>) {
      const id = (state.announced.at(-1)?.id ?? 0) + 1;
      state.announced = [...state.announced, { id, ...payload }].slice(-MOST_ANNOUNCED);
    },
  },
  // What one person read in the room is not for the next one.
  extraReducers: (builder) => builder.addCase(signOut, beginning),
  selectors: {
    selectRoomId: (state) => state.roomId,
    selectSpeaks: (state) => state.speaks,
    selectHears: (state) => state.hears,
    selectConnection: (state) => state.connection,
    selectRetryAt: (state) => state.retryAt,
    selectOwnIds: (state) => state.ownIds,
    selectOwnId: (state) => state.ownIds.at(-1),
    selectIsOwn: (state, sessionId: string) => state.ownIds.includes(sessionId),
    selectUtteranceIds: (state) => state.utterances.ids,
    selectAllUtterances: createSelector([(state: StayState) => state.utterances], utterances.getSelectors().selectAll),
    selectUtterance: (state, id: string) => state.utterances.entities[id],
    selectUtterances: (state) => state.utterances.entities,
    selectHeard: (state) => state.heard,
    selectTyped: (state) => state.typed,
    selectParticipants: (state) => state.participants.entities,
    selectParticipantIds: (state) => state.participants.ids,
    selectTones: (state) => state.tones,
    selectTone: (state, sessionId: string) => state.tones[sessionId] ?? 0,
    selectTalking: (state) => state.talking,
    selectVoices: (state) => state.voices,
    selectWarnings: (state) => state.warnings,
    selectAnnounced: (state) => state.announced,
  },
});

/** Their tone; and what the server knows of this person's own languages, which another window may have changed. */
function meet(state: StayState, participant: Participant): void {
  paint(state, participant.session_id);
  if (participant.session_id !== state.ownIds.at(-1)) return;
  state.speaks = participant.speaks;
  state.hears = participant.hears[0] ?? state.hears;
}

function paint(state: StayState, sessionId: string): void {
  state.tones[sessionId] ??= toneFor(sessionId, state.tones);
}

/** The server's answer takes the place of what was shown while it was on its way. */
function confirm(state: StayState, message: CaptionMessage): void {
  if (message.type !== "transcription" || !message.final || !state.ownIds.includes(message.speaker.session_id)) return;
  const confirmed = state.typed.findIndex(({ text }) => text === message.text);
  if (confirmed >= 0) state.typed.splice(confirmed, 1);
}

declare module "../../app/store.ts" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the slice is all that this page adds
  interface PageSlices extends WithSlice<typeof staySlice> {}
}

const injected = staySlice.injectInto(rootReducer);

export const {
  entered,
  left,
  connectionChanged,
  languagesChosen,
  rosterCame,
  participantCame,
  participantWent,
  talked,
  captioned,
  interrupted,
  wrote,
  refused,
  typedDismissed,
  voiceBegan,
  voiceEnded,
  warned,
  announced,
} = staySlice.actions;

export const {
  selectRoomId,
  selectSpeaks,
  selectHears,
  selectConnection,
  selectRetryAt,
  selectOwnIds,
  selectOwnId,
  selectIsOwn,
  selectUtteranceIds,
  selectAllUtterances,
  selectUtterance,
  selectUtterances,
  selectHeard,
  selectTyped,
  selectParticipants,
  selectParticipantIds,
  selectTones,
  selectTone,
  selectTalking,
  selectVoices,
  selectWarnings,
  selectAnnounced,
} = injected.selectors;
