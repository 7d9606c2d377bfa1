// A coloured initial by which people are told apart at a glance; decoration, so screen readers pass over it.
import { create } from "./element.ts";

/** Classes `.tone-0` and on in style.css. */
const TONES = 6;
/** One letter, whatever the script. */
const INITIAL = /[\p{L}\p{N}]/u;

export function avatar(person: { id: string; name: string }): HTMLElement {
  let sum = 0;
  for (const letter of person.id) sum = (31 * sum + (letter.codePointAt(0) ?? 0)) % 65_521;
  const drawn = create("span", `avatar tone-${sum % TONES}`, INITIAL.exec(person.name)?.[0].toUpperCase() ?? "?");
  drawn.setAttribute("aria-hidden", "true");
  return drawn;
}
