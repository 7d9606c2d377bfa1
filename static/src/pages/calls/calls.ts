// What the list of calls is made of: who waits, who talks, what is over, and who is behind an id of the service. Pure.
import { isWaiting } from "../../api/calls.ts";
import type { CallView, ParticipantView } from "../../api/types.ts";

export interface SortedCalls {
  /** Who has waited longest comes first. */
  waiting: CallView[];
  /** Those that are not over, without the waiting ones; the newest first. */
  live: CallView[];
  /** What ended last comes first. */
  over: CallView[];
}

export function sortCalls(calls: readonly CallView[]): SortedCalls {
  const live = calls.filter(({ state }) => state !== "ended");
  return {
    waiting: live.filter(isWaiting).sort((one, other) => beganAt(one) - beganAt(other)),
    live: live.filter((call) => !isWaiting(call)).sort((one, other) => beganAt(other) - beganAt(one)),
    over: calls.filter(({ state }) => state === "ended").sort((one, other) => endedAt(other) - endedAt(one)),
  };
}

/** Since when it is up, or rings; milliseconds since 1970. */
export function beganAt({ connected_at, created_at }: CallView): number {
  return Date.parse(connected_at ?? created_at);
}

/** NaN while it is not over. */
export function endedAt({ ended_at }: CallView): number {
  return Date.parse(ended_at ?? "");
}

/** How long it was up, in milliseconds; undefined if it never was. */
export function talkedFor(call: CallView): number | undefined {
  return call.connected_at == null ? undefined : Math.max(0, endedAt(call) - Date.parse(call.connected_at));
}

export type SomebodyKind = "phone" | "teams" | "app" | "other";

export interface Somebody {
  kind: SomebodyKind;
  /** A number, or what tells two of a kind apart. */
  text: string;
}

const PREFIXES: readonly [prefix: string, kind: SomebodyKind][] = [
  ["4:", "phone"],
  ["8:orgid:", "teams"],
  ["8:dod:", "teams"],
  ["8:gcch:", "teams"],
  ["8:teamsvisitor:", "teams"],
  ["28:", "teams"],
  ["8:acs:", "app"],
];
/** Letters of a long id that people can compare. */
const TOLD_APART = 4;

/** Who is behind a raw id of the service. */
export function somebody(rawId: string): Somebody {
  const [prefix, kind] = PREFIXES.find(([start]) => rawId.startsWith(start)) ?? ["", "other"];
  const id = rawId.slice(prefix.length);
  return { kind, text: kind === "phone" || kind === "other" ? id : id.slice(-TOLD_APART) };
}

/**
 * Who is on the call, by raw id, without our own end of it where that is known. It is whom they called; where that is a
 * number, or we called, the service lists our end as a user of its own: the only one who neither called nor was called.
 */
export function peopleOf({ direction, participants, from, to }: CallView): string[] {
  if (direction === "joined") return participants;
  if (direction === "inbound" && to != null && participants.includes(to))
    return participants.filter((rawId) => rawId !== to);
  const users = participants.filter((rawId) => somebody(rawId).kind === "app" && rawId !== from && rawId !== to);
  return users.length === 1 ? participants.filter((rawId) => rawId !== users[0]) : participants;
}

/** Those in the room of a call who did not come with it. */
export function companyOf(call: CallView): ParticipantView[] {
  const people = call.interpretation?.participants ?? [];
  // Those on the call who are heard alone have sessions of their own, named after it.
  return people.filter(({ session_id }) => session_id.split(".")[0] !== call.call_id);
}

/** Reasons that there are words for; others are shown as the server names them. */
const REASONS = [
  "remote_hung_up",
  "last_participant_left",
  "hung_up",
  "disconnected",
  "gone",
  "answer_failed",
  "create_failed",
  "connect_failed",
  "not_connected",
  "media_missing",
  "idle",
  "alone",
  "operator",
  "session_ended",
  "room_full",
  "shutdown",
] as const;
const OUR_FAULTS: readonly string[] = ["gave_up", "killed", "lost"];

export type Reason = (typeof REASONS)[number] | "fault" | "service" | "other";

/** Which words say why a call is over. */
export function reasonOf(reason: string): Reason {
  const known = REASONS.find((each) => each === reason);
  if (known !== undefined) return known;
  if (OUR_FAULTS.includes(reason)) return "fault";
  return reason.startsWith("acs_") ? "service" : "other";
}
