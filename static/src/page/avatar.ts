// A coloured initial by which people are told apart at a glance; decoration, so screen readers pass over it.
import { create } from "./element.ts";

/** Classes `.tone-0` and on in style/room.css. */
const TONES = 6;
/** One letter, whatever the script. */
const INITIAL = /[\p{L}\p{N}]/u;

/** By session, in the order in which people were first seen: the first six differ. */
const places = new Map<string, number>();

export function avatar(person: { id: string; name: string }): HTMLElement {
  const place = places.get(person.id) ?? places.size;
  places.set(person.id, place);
  const drawn = create("span", `avatar tone-${place % TONES}`, INITIAL.exec(person.name)?.[0].toUpperCase() ?? "?");
  drawn.setAttribute("aria-hidden", "true");
  return drawn;
}
