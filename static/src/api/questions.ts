// What several pages ask the server for over REST.
import { api } from "./api.ts";
import type { Engines, EngineView, Languages, LanguageView } from "./types.ts";

/** The engine that is for measuring (src/engines/null.rs): people are shown it only where it is what interprets. */
export const MEASURING = "null";

const questions = api.injectEndpoints({
  endpoints: (build) => ({
    languages: build.query<LanguageView[], void>({
      query: () => "api/languages",
      transformResponse: ({ languages }: Languages) => languages,
    }),
    engines: build.query<EngineView[], void>({
      query: () => "api/engines",
      transformResponse: ({ engines }: Engines) =>
        engines.filter((engine) => engine.name !== MEASURING || engine.default),
    }),
  }),
});

export const { useLanguagesQuery, useEnginesQuery } = questions;
