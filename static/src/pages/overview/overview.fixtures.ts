// What a busy server answers, for the tests of the overview.
import type {
  AccessView,
  DashboardView,
  Engines,
  EngineView,
  HealthView,
  Languages,
  LanguageView,
  ReadinessView,
  RoomsView,
  RoomView,
  Sample,
  UsageView,
} from "../../api/types.ts";

export function sampleAt(at: number, change: Partial<Sample> = {}): Sample {
  return {
    at: new Date(at).toISOString(),
    connections: 12,
    rooms: 2,
    sessions: 9,
    speaking: 1,
    messages_in_per_second: 3.5,
    messages_out_per_second: 40,
    audio_in_per_second: 50,
    audio_out_per_second: 25,
    captions_per_second: 4,
    finals_per_second: 0.5,
    refused_per_second: 0,
    speech_lag_ms: 180,
    translation_lag_ms: 900,
    cost_usd: 0.5,
    cpu_percent: 7.5,
    memory_bytes: 209_715_200,
    restarts: 0,
    failures: 0,
    ...change,
  };
}

export const NOON = Date.parse("2026-03-01T12:00:00Z");

export const HEALTH: HealthView = {
  status: "healthy",
  services: { websocket: "healthy" },
  components: { store: "healthy", "local.espeak-ng": "healthy", "null.null": "healthy" },
  connections: { active: 12, total: 300, peak: 31 },
  uptime: 93_784,
  version: "0.1.0",
};

export function dashboard(points: Sample[], alerts: DashboardView["alerts"] = []): DashboardView {
  return {
    now: new Date(NOON).toISOString(),
    status: "healthy",
    version: "0.1.0",
    uptime: 93_784,
    connections: HEALTH.connections,
    rooms: 2,
    sessions: 9,
    alerts,
    engines: [
      { engine: "local", available: true, resting: false, translations: 2, lag_ms: 300, audio_ms: 90_000 },
      {
        engine: "azure-translate",
        available: true,
        resting: true,
        translations: 1,
        lag_ms: 7_200,
        audio_ms: 600_000,
        tokens: 12_345,
        cost_usd: 0.034,
      },
    ],
    samples: { interval_ms: 5_000, points },
  };
}

export function room(id: string, people: [id: string, name: string, speaks: string, hears: string][]): RoomView {
  return {
    room_id: id,
    name: null,
    private: false,
    created_at: "2026-03-01T11:00:00Z",
    participants: people.map(([session_id, name, speaks, hears]) => ({
      session_id,
      name,
      kind: "person",
      speaks,
      hears: [hears],
    })),
    seq: 0,
    sockets: people.length,
    sources: [],
    invokers: [],
    usage: [],
  };
}

export const KITCHEN = room("kitchen", [
  ["s1", "Ana Ruiz", "es", "es"],
  ["s2", "Ben", "en", "en"],
]);

const ENGINE: EngineView = {
  name: "local",
  available: true,
  default: true,
  parts: [
    { name: "pocketsphinx", role: "transcriber", available: false, detail: "apt-get install libpocketsphinx3" },
    { name: "apertium", role: "translator", available: true, detail: "15 directions" },
    { name: "espeak-ng", role: "synthesizer", available: true, detail: "130 voices" },
  ],
  recognizes: [],
  pairs: [],
  speaks: ["en", "es"],
  talkers: 1,
  talker_limit: 8,
};

const MEASURING: EngineView = { ...ENGINE, name: "null", default: false };

export const ENGINES: Engines = {
  engines: [
    ENGINE,
    { ...ENGINE, name: "azure-translate", default: false },
    { ...ENGINE, name: "other", available: false, default: false, talker_limit: 2 ** 64 },
    MEASURING,
  ],
};

const SPANISH: LanguageView = {
  code: "es",
  name: "Spanish",
  speak: false,
  hear: true,
  type: true,
  read: true,
  reason: "speech in it is not recognised here",
};

export const LANGUAGES: Languages = {
  languages: [{ code: "en", name: "English", speak: true, hear: true, type: true, read: true }, SPANISH],
  pairs: [{ source: "en", target: "es", route: ["eng-spa"], experimental: false }],
};

/** All answers; `change` replaces some. */
export function answers(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    "/api/access": { authentication: "none", role: "admin", subject: null } satisfies AccessView,
    "/api/health": HEALTH,
    "/readyz": { status: "ready", missing: [], warnings: [] } satisfies ReadinessView,
    "/api/dashboard": dashboard([sampleAt(NOON - 60_000, { connections: 5 }), sampleAt(NOON)]),
    "/api/rooms": { rooms: [KITCHEN, room("quiet", [])], total: 2, next: null } satisfies RoomsView,
    "/api/engines": ENGINES,
    "/api/languages": LANGUAGES,
    "/api/usage": { usage: [], cost_usd: 0 } satisfies UsageView,
    ...change,
  };
}
