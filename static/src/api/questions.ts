// What several pages ask the server for over REST.
import type { EngineView, LanguageView } from "../pages/overview/questions.ts";
import { api } from "./api.ts";

/** The engine that is for measuring (src/engines/null.rs): people are shown it only where it is what interprets. */
export const MEASURING = "null";

const questions = api.injectEndpoints({
  endpoints: (build) => ({
    languages: build.query<LanguageView[], void>({
      query: () => "api/languages",
      transformResponse: ({ languages }: { languages: LanguageView[] }) => languages,
    }),
    engines: build.query<EngineView[], void>({
      query: () => "api/engines",
      transformResponse: ({ engines }: { engines: EngineView[] }) =>
        engines.filter((engine) => engine.name !== MEASURING || engine.default),
    }),
  }),
});

export const { useLanguagesQuery, useEnginesQuery } = questions;
