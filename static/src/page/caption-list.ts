// Draws the captions: what was said on the left, the translation on the right, grey while it may still change.
import { avatar } from "./avatar.ts";
import { announcement, Captions } from "./captions.ts";
import type { Side, Utterance } from "./captions.ts";
import { create, element } from "./element.ts";
import { sameLanguage } from "./languages.ts";
import type { ServerMessage } from "../client/protocol.ts";

/** Announced lines kept for a screen reader's own way of reading back. */
const MOST_SPOKEN = 20;
/** Pixels from the end within which new captions pull the view along. */
const NEAR_THE_END = 80;

const captions = new Captions();
const list = element("captions", HTMLOListElement);
const scroll = element("scroll", HTMLElement);
const latest = element("latest", HTMLButtonElement);
const nothingYet = element("nothing-yet", HTMLElement);
const spoken = element("spoken", HTMLElement);
const rows = new Map<string, HTMLLIElement>();
const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });

latest.addEventListener("click", toTheEnd);
scroll.addEventListener("scroll", () => {
  if (isAtTheEnd()) latest.hidden = true;
});

export function showCaption(
  message: ServerMessage & { type: "transcription" | "translation" },
  person: { id: string | undefined; hears: string },
): void {
  const applied = captions.apply(message);
  if (applied === undefined) return;
  const wasAtTheEnd = isAtTheEnd();
  draw(applied.changed, person);
  if (applied.removed !== undefined) {
    rows.get(applied.removed)?.remove();
    rows.delete(applied.removed);
  }
  nothingYet.hidden = true;
  if (wasAtTheEnd) toTheEnd();
  else latest.hidden = false;
  const text = announcement(message, person.id, person.hears);
  if (text !== undefined) speak(text, message.language);
}

/** Shows this room's captions: those that are there already when it is the same room again, else none. */
export function showRoom(roomId: string): void {
  if (list.dataset.room === roomId) return;
  list.dataset.room = roomId;
  captions.clear();
  rows.clear();
  list.replaceChildren();
  spoken.replaceChildren();
  nothingYet.hidden = false;
  latest.hidden = true;
}

function draw(utterance: Utterance, person: { id: string | undefined; hears: string }): void {
  const own = utterance.speaker.id === person.id;
  let row = rows.get(utterance.key);
  if (row === undefined) {
    row = create("li", own ? "utterance own" : "utterance");
    rows.set(utterance.key, row);
    list.append(row);
  }
  const head = create("p", "head");
  const time = create("time", "", clock.format(utterance.startedAt));
  time.dateTime = utterance.startedAt.toISOString();
  const name = own ? `${utterance.speaker.name} (you)` : utterance.speaker.name;
  head.append(avatar(utterance.speaker), create("span", "who", name), time);
  const sides = create("div", "sides");
  if (utterance.source !== undefined) sides.append(drawSide("source", utterance.source));
  if (utterance.translation !== undefined) sides.append(drawSide("translation", utterance.translation));
  else if (!own && utterance.source !== undefined && !sameLanguage(utterance.source.language, person.hears)) {
    const waiting = create("p", "side translation partial", "…");
    waiting.setAttribute("aria-hidden", "true");
    sides.append(waiting);
  }
  row.replaceChildren(head, sides);
}

function drawSide(kind: "source" | "translation", side: Side): HTMLElement {
  const drawn = create("p", `side ${kind} ${side.final ? "final" : "partial"}`);
  const text = create("span", "words", side.text);
  text.lang = side.language;
  text.dir = "auto";
  const language = create("span", "language", side.language);
  language.title = kind === "source" ? "As it was said" : "Translated";
  drawn.append(language, text);
  return drawn;
}

function speak(text: string, language: string): void {
  const line = create("p", "", text);
  line.lang = language;
  spoken.append(line);
  while (spoken.childElementCount > MOST_SPOKEN) spoken.firstElementChild?.remove();
}

function isAtTheEnd(): boolean {
  return scroll.scrollHeight - scroll.scrollTop - scroll.clientHeight < NEAR_THE_END;
}

function toTheEnd(): void {
  scroll.scrollTop = scroll.scrollHeight;
  latest.hidden = true;
}
