// What goes wrong with engines while people talk: each told in words, in one place, and not again and again. A stream that
// breaks every few seconds says so once.
import { dismiss, notify } from "../../../app/notices.ts";
import type { Notice } from "../../../app/notices.ts";
import type { Store } from "../../../app/store.ts";
import { errorAdvice } from "../advice.ts";

/** What passes is shown for so long. */
const PASSING_MS = 15_000;
/** For so long the same trouble is not told again. */
const QUIET_MS = 60_000;

/** Topics of what is no problem of one's own. */
const ENGINE_TOPICS = ["interrupted", "fallback"] as const;

/** Codes that come by themselves while people talk. Passing ones concern a sentence, the others hold on. */
const TROUBLES: ReadonlyMap<string, Pick<Notice, "topic" | "kind"> & { passes: boolean }> = new Map([
  ["translation_interrupted", { topic: "interrupted", kind: "news", passes: true }],
  ["untranslated", { topic: "interrupted", kind: "news", passes: true }],
  ["engine_fallback", { topic: "fallback", kind: "news", passes: true }],
  ["engine_unavailable", { topic: "problem", kind: "problem", passes: false }],
  ["engine_overloaded", { topic: "problem", kind: "problem", passes: false }],
  ["engine_timeout", { topic: "problem", kind: "problem", passes: false }],
  ["engine_failed", { topic: "problem", kind: "problem", passes: false }],
]);

/** Whether this error is about other people's sentences too, and says nothing of what one has typed. */
export function concernsSpeechOnly(code: string): boolean {
  return TROUBLES.get(code)?.kind === "news";
}

export class Troubles {
  readonly #store: Store;
  /** When each code was told last, in milliseconds since 1970. */
  readonly #told = new Map<string, number>();
  #passing: ReturnType<typeof setTimeout> | undefined;

  constructor(store: Store) {
    this.#store = store;
  }

  /** Tells it unless that was done a moment ago. False: it is no trouble of engines. */
  tell(code: string): boolean {
    const trouble = TROUBLES.get(code);
    if (trouble === undefined) return false;
    const now = Date.now();
    if (now - (this.#told.get(code) ?? -Infinity) < QUIET_MS) return true;
    this.#told.set(code, now);
    const { topic, kind, passes } = trouble;
    this.#store.dispatch(notify({ topic, kind, text: errorAdvice(code, "") }));
    if (passes) this.#dismissLater(topic);
    return true;
  }

  stop(): void {
    clearTimeout(this.#passing);
    for (const topic of ENGINE_TOPICS) this.#store.dispatch(dismiss(topic));
  }

  #dismissLater(topic: string): void {
    clearTimeout(this.#passing);
    this.#passing = setTimeout(() => {
      this.#store.dispatch(dismiss(topic));
    }, PASSING_MS);
  }
}
