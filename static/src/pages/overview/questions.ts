// What the overview asks the server for over REST, and the shapes of its answers.
import { api } from "../../api/api.ts";

export type Health = "healthy" | "degraded" | "unhealthy" | "not_configured";

/** `GET /api/health`: public. */
export interface HealthView {
  status: Health;
  services: Record<string, Health>;
  components: Record<string, Health>;
  connections: { active: number; total: number; peak: number };
  /** Seconds since the start. */
  uptime: number;
  version: string;
}

/** What is missing, and what to do about it. */
export interface Missing {
  what: string;
  remedy: string;
}

/** `GET /readyz`: public. */
export interface ReadinessView {
  status: "ready" | "not_ready";
  missing: Missing[];
  warnings: Missing[];
}

export type Severity = "info" | "warning" | "critical";

export interface AlertView {
  id: string;
  severity: Severity;
  message: string;
  remedy: string;
  since: string;
}

/** What the server counted in one interval. */
export interface Sample {
  at: string;
  connections: number;
  rooms: number;
  sessions: number;
  speaking: number;
  messages_in_per_second: number;
  messages_out_per_second: number;
  audio_in_per_second: number;
  audio_out_per_second: number;
  captions_per_second: number;
  finals_per_second: number;
  refused_per_second: number;
  speech_lag_ms: number;
  cpu_percent: number;
  memory_bytes: number;
  restarts: number;
}

/** `GET /api/dashboard`: operators. */
export interface DashboardView {
  now: string;
  status: Health;
  version: string;
  uptime: number;
  connections: { active: number; total: number; peak: number };
  rooms: number;
  sessions: number;
  alerts: AlertView[];
  samples: { interval_ms: number; points: Sample[] };
}

export interface ParticipantView {
  session_id: string;
  name: string;
  kind: "person" | "bot" | "phone";
  speaks: string;
  hears: string[];
}

/** A room as `GET /api/rooms` lists it: operators. */
export interface RoomView {
  room_id: string;
  name: string | null;
  private: boolean;
  created_at: string;
  participants: ParticipantView[];
  sources: { session_id: string; language: string; state: string; lag_ms: number }[];
  invokers: { session_id: string; language: string; state: string; lag_ms: number; hearers: number }[];
}

export interface RoomsView {
  rooms: RoomView[];
  /** Where the next part begins; absent when these are all. */
  next?: string | null;
}

export type EngineRole = "transcriber" | "translator" | "synthesizer" | "interpreter";

export interface EngineView {
  name: string;
  available: boolean;
  default: boolean;
  parts: { name: string; role: string; available: boolean; detail: string }[];
  talkers: number;
  talker_limit: number;
}

export interface LanguageView {
  code: string;
  name: string;
  speak: boolean;
  hear: boolean;
  type: boolean;
  read: boolean;
  reason?: string;
}

/** Most rooms that one question answers with. */
export const ROOMS_ASKED = 100;

const questions = api.enhanceEndpoints({ addTagTypes: ["Health"] }).injectEndpoints({
  endpoints: (build) => ({
    health: build.query<HealthView, void>({ query: () => "api/health", providesTags: ["Health"] }),
    readiness: build.query<ReadinessView, void>({
      // Not being ready is an answer, and says what is missing.
      query: () => ({ url: "readyz", validateStatus: ({ status }) => status === 200 || status === 503 }),
      providesTags: ["Health"],
    }),
    dashboard: build.query<DashboardView, void>({ query: () => "api/dashboard" }),
    liveRooms: build.query<RoomsView, void>({
      query: () => `api/rooms?limit=${ROOMS_ASKED}`,
      providesTags: ["Rooms"],
    }),
    engines: build.query<{ engines: EngineView[] }, void>({ query: () => "api/engines" }),
    speakableLanguages: build.query<{ languages: LanguageView[] }, void>({ query: () => "api/languages" }),
  }),
});

export const {
  useHealthQuery,
  useReadinessQuery,
  useDashboardQuery,
  useLiveRoomsQuery,
  useEnginesQuery,
  useSpeakableLanguagesQuery,
} = questions;
export const { dashboard: dashboardQuestion, liveRooms: liveRoomsQuestion } = questions.endpoints;

/** Whether an answer says that nobody is there: no answer at all, or a proxy's in the server's stead. */
export function isGone(error: unknown): boolean {
  const status = statusOf(error);
  return typeof status === "string" || status === 502 || status === 504;
}

/** Whether the key of this tab does not allow the question. */
export function isForbidden(error: unknown): boolean {
  return statusOf(error) === 403;
}

function statusOf(error: unknown): unknown {
  return typeof error === "object" && error !== null && "status" in error ? error.status : undefined;
}

/** Has everything asked anew that tells how the server does. */
export function askHealthAgain() {
  return questions.util.invalidateTags(["Health"]);
}

/** Has the rooms asked for anew. */
export function askRoomsAgain() {
  return questions.util.invalidateTags(["Rooms"]);
}
