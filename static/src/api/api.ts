// The server's REST answers, fetched once, shared, and fetched anew when they are old. Pages add their own questions with
// `api.injectEndpoints`.
import { createApi, fetchBaseQuery } from "@reduxjs/toolkit/query/react";
import type { BaseQueryFn, FetchArgs, FetchBaseQueryError } from "@reduxjs/toolkit/query/react";
import { accessSlice, keyRefused } from "../app/access.ts";
import type { AccessState } from "../app/access.ts";
import type { AccessView } from "./types.ts";

const ask = fetchBaseQuery({
  baseUrl: "/",
  // Longer than any answer takes, shorter than anybody waits.
  timeout: 15_000,
  prepareHeaders: (headers, { getState }) => {
    const { key } = (getState() as { access: AccessState }).access;
    if (key !== "") headers.set("authorization", `Bearer ${key}`);
    return headers;
  },
});

const askWithKey: BaseQueryFn<string | FetchArgs, unknown, FetchBaseQueryError> = async (question, store, extra) => {
  const shown = keyOf(store.getState());
  const answer = await ask(question, store, extra);
  const isCurrent = keyOf(store.getState()) === shown;
  if (answer.error?.status === 401 && isCurrent) {
    const firstAsked = typeof question !== "string" && question.url === ACCESS;
    store.dispatch(keyRefused(shown === "" ? "required" : firstAsked ? "refused" : "expired"));
  }
  return answer;
};

const ACCESS = "api/access";

export const api = createApi({
  reducerPath: "api",
  baseQuery: askWithKey,
  tagTypes: ["Access", "Rooms"],
  endpoints: (build) => ({
    access: build.query<AccessView, void>({ query: () => ({ url: ACCESS }), providesTags: ["Access"] }),
  }),
});

export const { useAccessQuery } = api;

function keyOf(state: unknown): string {
  return (state as { access: AccessState })[accessSlice.name].key;
}
