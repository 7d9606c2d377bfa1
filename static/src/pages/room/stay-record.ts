// The stay that this tab is in, kept in its session storage: after a reload, and in a duplicate of the tab, it goes on in the same
// session. It is gone with the tab, and not shared with others.
import { forget, remember, remembered } from "../../app/tab-memory.ts";
import type { SessionHandle } from "../../client/index.ts";
import { roomIdProblem } from "../../parts/room-id.ts";

export interface StayRecord {
  roomId: string;
  name: string;
  /** BCP 47. */
  speaks: string;
  hears: string;
  /** What opens the session again; absent before there is one. */
  session?: SessionHandle;
}

/** A browser that keeps nothing shows the entrance after a reload. */
export function keepStay(record: StayRecord): void {
  remember("stay", JSON.stringify(record));
}

export function forgetStay(): void {
  forget("stay");
}

/** The stay of this tab; undefined if there is none, or what is kept is not of the kind it should be. */
export function keptStay(): StayRecord | undefined {
  let kept: unknown;
  try {
    kept = JSON.parse(remembered("stay"));
  } catch {
    return undefined;
  }
  if (!hasTexts(kept, ["roomId", "name", "speaks", "hears"]) || roomIdProblem(kept.roomId) !== undefined) {
    return undefined;
  }
  const { roomId, name, speaks, hears } = kept;
  const session = "session" in kept ? handle(kept.session) : undefined;
  return { roomId, name, speaks, hears, ...(session === undefined ? {} : { session }) };
}

function handle(kept: unknown): SessionHandle | undefined {
  if (!hasTexts(kept, ["sessionId", "roomId", "resumeToken"])) return undefined;
  const { sessionId, roomId, resumeToken } = kept;
  const lastSeq = "lastSeq" in kept && typeof kept.lastSeq === "number" ? kept.lastSeq : 0;
  return { sessionId, roomId, resumeToken, lastSeq };
}

function hasTexts<Name extends string>(value: unknown, names: readonly Name[]): value is Record<Name, string> {
  if (typeof value !== "object" || value === null) return false;
  const texts = new Map<string, unknown>(Object.entries(value));
  return names.every((name) => typeof texts.get(name) === "string");
}
