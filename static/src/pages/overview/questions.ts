// What the overview asks the server for over REST.
import { api } from "../../api/api.ts";
import type { DashboardView, HealthView, ReadinessView, UsageView } from "../../api/types.ts";

/** Days of UTC, as `2026-11-21`, the last one included. */
export interface Days {
  from: string;
  to: string;
}

const questions = api.enhanceEndpoints({ addTagTypes: ["Health", "Dashboard"] }).injectEndpoints({
  endpoints: (build) => ({
    health: build.query<HealthView, void>({ query: () => "api/health", providesTags: ["Health"] }),
    readiness: build.query<ReadinessView, void>({
      // Not being ready is an answer, and says what is missing.
      query: () => ({ url: "readyz", validateStatus: ({ status }) => status === 200 || status === 503 }),
      providesTags: ["Health"],
    }),
    dashboard: build.query<DashboardView, void>({ query: () => "api/dashboard", providesTags: ["Dashboard"] }),
    usage: build.query<UsageView, Days>({
      query: ({ from, to }) => `api/usage?${new URLSearchParams({ from, to }).toString()}`,
      providesTags: ["Dashboard"],
    }),
  }),
});

export const { useHealthQuery, useReadinessQuery, useDashboardQuery, useUsageQuery } = questions;
export const { dashboard: dashboardQuestion } = questions.endpoints;

/** Has everything asked anew that tells how the server does. */
export function askHealthAgain() {
  return questions.util.invalidateTags(["Health"]);
}

/** Has everything asked anew of which events may have been missed. */
export function askMissedAgain() {
  return questions.util.invalidateTags(["Dashboard", "Rooms"]);
}

/** Has the rooms asked for anew. */
export function askRoomsAgain() {
  return questions.util.invalidateTags(["Rooms"]);
}
