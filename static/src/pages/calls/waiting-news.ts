// What a screen reader is told of callers who begin to wait: each once, several together, and not more often than anybody
// can listen to.
import type { CallView } from "../../api/types.ts";
import { paced } from "../../parts/paced.ts";

/** Milliseconds from one announcement to the next. */
export const PAUSE_MS = 4_000;

export interface News {
  /** Who began to wait since the last news. */
  names: string[];
  /** How many wait. */
  count: number;
}

export class WaitingNews {
  #waiting: readonly CallView[] = [];
  #told = new Set<string>();
  readonly #pace;

  constructor(tell: (news: News) => void) {
    this.#pace = paced(() => {
      const fresh = this.#fresh();
      if (fresh.length === 0) return;
      for (const { call_id } of fresh) this.#told.add(call_id);
      tell({ names: fresh.map(({ name }) => name), count: this.#waiting.length });
    }, PAUSE_MS);
  }

  /** These wait now. */
  see(waiting: readonly CallView[]): void {
    this.#waiting = waiting;
    const told = waiting.map(({ call_id }) => call_id).filter((id) => this.#told.has(id));
    this.#told = new Set(told);
    if (this.#fresh().length > 0) this.#pace.ask();
  }

  stop(): void {
    this.#pace.stop();
  }

  #fresh(): CallView[] {
    return this.#waiting.filter(({ call_id }) => !this.#told.has(call_id));
  }
}
