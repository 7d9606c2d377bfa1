// What the overview knows beside the last answers: figures of the last 15 minutes, alerts, and what is said in the rooms
// that are followed. All of it bounded, so that the page may stay open on a wall for weeks.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction, WithSlice } from "@reduxjs/toolkit";
import { rootReducer } from "../../app/store.ts";
import { api } from "../../api/api.ts";
import type { CaptionEvent } from "./events.ts";
import { liveRoomsQuestion } from "../../api/questions.ts";
import { dashboardQuestion } from "./questions.ts";
import type { AlertView, ParticipantView, RoomView, Sample } from "../../api/types.ts";
import { chooseFollowed } from "./rooms.ts";

/** How far back the charts reach. */
export const KEPT_MS = 15 * 60_000;
/** Even if the server measured twice a second. */
const MOST_SAMPLES = 1_800;
/** Captions kept for each room. */
export const CAPTIONS = 4;
/** Translations of one caption; more languages are heard in few rooms, and the room page shows them. */
const TRANSLATIONS = 3;

export type Wireless = "connecting" | "online" | "waiting" | "ended";

export interface CaptionLine {
  utteranceId: string;
  speaker: { session_id: string; name: string };
  language: string;
  text: string;
  final: boolean;
  revision: number;
  translations: { language: string; text: string; final: boolean; revision: number }[];
}

/** A room that is followed. */
export interface FollowedRoom {
  captions: CaptionLine[];
  /** When words of each speaker last came, in milliseconds since 1970; without those who finished. */
  heard: Record<string, number>;
  participants: ParticipantView[];
}

export interface OverviewState {
  /** Of the socket that brings events; undefined where none is used. */
  live: Wireless | undefined;
  samples: Sample[];
  alerts: AlertView[];
  /** Ids of rooms whose captions are followed, in the order in which they are shown. */
  followed: string[];
  rooms: Record<string, FollowedRoom>;
  /** The server does not show captions to this key. */
  captionsRefused: boolean;
}

const NOTHING: OverviewState = {
  live: undefined,
  samples: [],
  alerts: [],
  followed: [],
  rooms: {},
  captionsRefused: false,
};

const overview = createSlice({
  name: "overview",
  initialState: NOTHING,
  reducers: {
    liveChanged(state, { payload }: PayloadAction<Wireless | undefined>) {
      state.live = payload;
    },
    sampled(state, { payload }: PayloadAction<Sample>) {
      if (payload.at > (state.samples.at(-1)?.at ?? "")) state.samples = bounded([...state.samples, payload]);
    },
    alertChanged(state, { payload: { raised, alert } }: PayloadAction<{ raised: boolean; alert: AlertView }>) {
      const others = state.alerts.filter(({ id }) => id !== alert.id);
      state.alerts = raised ? [...others, alert] : others;
    },
    said(state, { payload }: PayloadAction<{ room: string; caption: CaptionEvent; at: number }>) {
      const room = state.rooms[payload.room];
      if (room !== undefined) note(room, payload.caption, payload.at);
    },
    participantChanged(
      state,
      { payload }: PayloadAction<{ room: string; left: boolean; participant: ParticipantView }>,
    ) {
      const room = state.rooms[payload.room];
      if (room === undefined) return;
      const { participant, left } = payload;
      const place = room.participants.findIndex(({ session_id }) => session_id === participant.session_id);
      if (left) room.participants = room.participants.filter(({ session_id }) => session_id !== participant.session_id);
      else if (place === -1) room.participants.push(participant);
      else room.participants[place] = participant;
    },
    captionsRefused(state) {
      state.captionsRefused = true;
    },
  },
  extraReducers: (builder) => {
    builder
      .addMatcher(dashboardQuestion.matchFulfilled, (state, { payload: { samples, alerts } }) => {
        // History is as the server keeps it; what came by event meanwhile stays.
        const newest = samples.points.at(-1)?.at ?? "";
        state.samples = bounded([...samples.points, ...state.samples.filter(({ at }) => at > newest)]);
        state.alerts = alerts;
      })
      .addMatcher(liveRoomsQuestion.matchFulfilled, (state, { payload: { rooms } }) => {
        follow(state, rooms);
      })
      // Another key, another person: nothing of what the one before saw stays.
      .addMatcher(api.util.resetApiState.match, () => NOTHING);
  },
});

export const { liveChanged, sampled, alertChanged, said, participantChanged, captionsRefused } = overview.actions;

declare module "../../app/store.ts" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- declaration merging
  interface PageSlices extends WithSlice<typeof overview> {}
}

const injected = rootReducer.inject(overview);

export const selectOverview = injected.selector((state) => state.overview);

function follow(state: OverviewState, rooms: RoomView[]): void {
  state.followed = chooseFollowed(state.followed, rooms);
  const kept: OverviewState["rooms"] = {};
  for (const id of state.followed) {
    const participants = rooms.find(({ room_id }) => room_id === id)?.participants ?? [];
    kept[id] = { ...(state.rooms[id] ?? { captions: [], heard: {} }), participants };
  }
  state.rooms = kept;
}

function bounded(samples: Sample[]): Sample[] {
  const newest = Date.parse(samples.at(-1)?.at ?? "");
  const first = samples.findIndex(({ at }) => Date.parse(at) > newest - KEPT_MS);
  return samples.slice(Math.max(first, samples.length - MOST_SAMPLES, 0));
}

function note(room: FollowedRoom, event: CaptionEvent, at: number): void {
  const line = room.captions.find(({ utteranceId }) => utteranceId === event.utteranceId);
  if (event.translation) {
    // Its source was said before this page was opened, or has scrolled out of sight.
    if (line === undefined) return;
    const { language, text, final, revision } = event;
    const place = line.translations.findIndex((translation) => translation.language === language);
    const shown = line.translations[place];
    if (shown === undefined) {
      if (line.translations.length < TRANSLATIONS) line.translations.push({ language, text, final, revision });
    } else if (!isStale(shown, event)) line.translations[place] = { language, text, final, revision };
    return;
  }
  if (event.final)
    room.heard = Object.fromEntries(Object.entries(room.heard).filter(([id]) => id !== event.speaker.session_id));
  else room.heard[event.speaker.session_id] = at;
  const { speaker, language, text, final, revision, utteranceId } = event;
  if (line === undefined) {
    room.captions = [
      ...room.captions,
      { utteranceId, speaker, language, text, final, revision, translations: [] },
    ].slice(-CAPTIONS);
  } else if (!isStale(line, event)) Object.assign(line, { speaker, language, text, final, revision });
}

/** Whether `event` is older than what is shown already. */
function isStale(shown: { revision: number; final: boolean }, event: CaptionEvent): boolean {
  return shown.final || event.revision < shown.revision;
}
