// What a screen reader is told of what others say: finals only, several joined, at most one announcement in three seconds, so that
// it can read to the end of one before the next comes.
import i18next from "i18next";

/** Milliseconds from one announcement to the next. */
export const PAUSE_MS = 3_000;
/** Captions in one announcement; older ones are only counted, as nobody listens to more. */
const MOST = 6;

export interface Said {
  name: string;
  text: string;
  /** BCP 47. */
  language: string;
}

export class Announcer {
  readonly #announce: (text: string, language: string) => void;
  #waiting: Said[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(announce: (text: string, language: string) => void) {
    this.#announce = announce;
  }

  /** At once, or with whatever else is said before the next announcement. */
  push(said: Said): void {
    this.#waiting.push(said);
    if (this.#timer === undefined) this.#speak();
  }

  /** Nothing more is announced of what was pushed so far. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
  }

  #speak(): void {
    this.#timer = undefined;
    const last = this.#waiting.at(-1);
    if (last === undefined) return;
    this.#announce(joined(this.#waiting), last.language);
    this.#waiting = [];
    this.#timer = setTimeout(() => {
      this.#speak();
    }, PAUSE_MS);
  }
}

/** `Ana: Hello. How are you? Ben: Fine.` */
function joined(all: readonly Said[]): string {
  const shown = all.slice(-MOST);
  const skipped = all.length - shown.length;
  const parts = shown.map(({ name, text }, place) => (shown[place - 1]?.name === name ? text : `${name}: ${text}`));
  if (skipped > 0) parts.unshift(i18next.t("room:captions.skipped", { count: skipped }));
  return parts.join(" ");
}
