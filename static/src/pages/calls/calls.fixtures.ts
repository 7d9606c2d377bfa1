// Calls for the tests of their page.
import type { AccessView, CallsView, CallView } from "../../api/types.ts";

export const NOON = Date.parse("2026-03-01T12:00:00Z");

export function at(minutesBeforeNoon: number): string {
  return new Date(NOON - minutesBeforeNoon * 60_000).toISOString();
}

/** A caller whose call is up and interpreted. */
export function call(id: string, name: string, change: Partial<CallView> = {}): CallView {
  return {
    call_id: id,
    call_connection_id: `leg-${id}`,
    server_call_id: `server-${id}`,
    direction: "inbound",
    state: "media",
    reason: null,
    from: "4:+14255550123",
    to: "4:+18005550100",
    name,
    room_id: `call-${id}`,
    session_id: id,
    waiting: false,
    speaks: "en",
    hears: ["es"],
    participants: ["4:+14255550123", "4:+18005550100"],
    sample_rate: 16_000,
    created_at: at(6),
    connected_at: at(5),
    ended_at: null,
    ...change,
  };
}

export const WAITING = call("w1", "Wanda", {
  waiting: true,
  interpretation: {
    room_name: null,
    participants: [{ session_id: "w1", name: "Wanda", kind: "phone", speaks: "en", hears: ["es"] }],
    lag_ms: 0,
  },
});

export const TALKING = call("t1", "Tom", {
  participants: ["4:+14255550123", "4:+18005550100", "8:acs:1bdaa2b9_0000cafe"],
  speaks: "auto",
  interpretation: {
    room_name: "Desk",
    participants: [
      { session_id: "t1", name: "Tom", kind: "phone", speaks: "auto", hears: ["es"] },
      { session_id: "t1.0", name: "Tom's friend", kind: "phone", speaks: "en", hears: [] },
      { session_id: "s9", name: "Ana Ruiz", kind: "person", speaks: "es", hears: ["es"] },
    ],
    lag_ms: 1_200,
    cost_usd: 0.034,
  },
});

export const RINGING = call("r1", "+15550123", {
  direction: "outbound",
  state: "ringing",
  from: null,
  to: "8:orgid:00000000-0000-0000-0000-00000000cafe",
  participants: [],
  connected_at: null,
  waiting: true,
});

export const OVER = call("o1", "Olga", {
  state: "ended",
  reason: "remote_hung_up",
  ended_at: at(1),
  sample_rate: null,
});

export function list(...calls: CallView[]): CallsView {
  return { calls, active: calls.filter(({ state }) => state !== "ended").length, configured: true };
}

/** All answers; `change` replaces some. */
export function answers(change: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    "/api/access": { authentication: "none", role: "admin", subject: null } satisfies AccessView,
    "/api/calls": list(WAITING, TALKING, RINGING, OVER),
    "/api/rooms": { rooms: [], total: 0, next: null },
    "/api/languages": {
      languages: [
        { code: "en", name: "English", speak: true, hear: true, type: true, read: true },
        { code: "es", name: "Spanish", speak: false, hear: true, type: true, read: true, reason: "no" },
      ],
      pairs: [],
    },
    ...change,
  };
}
