// What a room's picture is made of: which rooms are shown large, which languages meet in one, who talks, how late it is.
import type { ParticipantView, RoomView } from "../../api/types.ts";
import { sameLanguage } from "../../parts/same-language.ts";

/** Subscriptions of one connection are limited, and so is what a person can follow. */
export const FOLLOWED = 12;
/** A speaker whose last words are this old has stopped, whether or not it was said so. */
const PAUSE_MS = 4_000;

/**
 * The rooms to be followed, at most `FOLLOWED`. Those that are followed and have people stay where they are, so that no
 * card moves under somebody's finger; free places go to the rooms with the most people.
 */
export function chooseFollowed(before: readonly string[], rooms: readonly RoomView[]): string[] {
  const peopled = rooms.filter(({ participants }) => participants.length > 0);
  const here = new Set(peopled.map(({ room_id }) => room_id));
  const stay = before.filter((id) => here.has(id));
  const fresh = peopled
    .filter(({ room_id }) => !stay.includes(room_id))
    .sort((a, b) => b.participants.length - a.participants.length || a.created_at.localeCompare(b.created_at));
  return [...stay, ...fresh.map(({ room_id }) => room_id)].slice(0, FOLLOWED);
}

export interface Direction {
  from: string;
  to: string;
}

/** From which languages into which is interpreted among these people; nobody hears their own speech translated. */
export function directionsAmong(participants: readonly ParticipantView[], isPrivate: boolean): Direction[] {
  const found = new Map<string, Direction>();
  for (const speaker of participants) {
    for (const hearer of participants) {
      if (hearer === speaker && !isPrivate) continue;
      for (const to of hearer.hears) {
        if (!sameLanguage(to, speaker.speaks)) found.set(`${speaker.speaks}>${to}`, { from: speaker.speaks, to });
      }
    }
  }
  return [...found.values()];
}

/** Sessions that talk at `now`: whose words come, or whose speech the server hears. */
export function talkersOf(room: RoomView, heard: Readonly<Record<string, number>>, now: number): Set<string> {
  const byWords = Object.entries(heard).filter(([, at]) => now - at < PAUSE_MS);
  const bySound = room.sources.filter(({ state }) => state === "hearing");
  return new Set([...byWords.map(([id]) => id), ...bySound.map(({ session_id }) => session_id)]);
}

/** Milliseconds that the latest of the room's speech waits, heard or spoken. */
export function lagOf(room: RoomView): number {
  return Math.max(0, ...room.sources.map(({ lag_ms }) => lag_ms), ...room.invokers.map(({ lag_ms }) => lag_ms));
}
