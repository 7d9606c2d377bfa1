// What several pages ask the server for over REST.
import { api } from "./api.ts";
import type { Engines, EngineView, Languages, LanguageView, RoomsView } from "./types.ts";

/** The engine that is for measuring (src/engines/null.rs): people are shown it only where it is what interprets. */
export const MEASURING = "null";

/** Most rooms that one question answers with. */
const ROOMS_ASKED = 100;

const questions = api.injectEndpoints({
  endpoints: (build) => ({
    languages: build.query<LanguageView[], void>({
      query: () => "api/languages",
      transformResponse: ({ languages }: Languages) => languages,
    }),
    /** For operators. */
    liveRooms: build.query<RoomsView, void>({
      query: () => `api/rooms?limit=${ROOMS_ASKED}`,
      providesTags: ["Rooms"],
    }),
    engines: build.query<EngineView[], void>({
      query: () => "api/engines",
      transformResponse: ({ engines }: Engines) =>
        engines.filter((engine) => engine.name !== MEASURING || engine.default),
    }),
  }),
});

export const { useLanguagesQuery, useEnginesQuery, useLiveRoomsQuery } = questions;
export const { liveRooms: liveRoomsQuestion } = questions.endpoints;
