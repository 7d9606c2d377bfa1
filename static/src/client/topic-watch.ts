// PLACEHOLDER until the client library's own comes: follows topics over one socket that may break.
import { backoff } from "./backoff.ts";
import type { Wire } from "./connection.ts";

export type WatchState = "connecting" | "online" | "waiting" | "ended";

export interface TopicWatchOptions {
  open: () => Wire;
  events: {
    state(state: WatchState, why?: string): void;
    event(topic: string, event: Record<string, unknown> & { kind?: string }, seq: number): void;
    refused(topic: string, code: string, message: string): void;
  };
  random?: () => number;
}

const FINAL_CODES = new Set([1000, 1008, 4001]);
const OPEN = 1;

export class TopicWatch {
  readonly #options: TopicWatchOptions;
  readonly #topics = new Set<string>();
  readonly #asked = new Map<string, string>();
  #wire: Wire | undefined;
  #online = false;
  #attempt = 0;
  #messages = 0;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: TopicWatchOptions) {
    this.#options = options;
  }

  open(): void {
    clearTimeout(this.#retry);
    this.#options.events.state("connecting");
    const wire = this.#options.open();
    this.#wire = wire;
    wire.onmessage = (message: MessageEvent<unknown>) => {
      if (wire === this.#wire && typeof message.data === "string") this.#hear(message.data);
    };
    wire.onclose = (closed: CloseEvent) => {
      if (wire !== this.#wire) return;
      this.#wire = undefined;
      this.#online = false;
      if (FINAL_CODES.has(closed.code)) {
        this.#options.events.state("ended", closed.reason);
        return;
      }
      this.#retry = setTimeout(
        () => {
          this.open();
        },
        backoff(this.#attempt, (this.#options.random ?? Math.random)()),
      );
      this.#attempt += 1;
      this.#options.events.state("waiting");
    };
  }

  retryNow(): void {
    if (this.#wire === undefined) this.open();
  }

  close(): void {
    clearTimeout(this.#retry);
    const wire = this.#wire;
    this.#wire = undefined;
    this.#online = false;
    wire?.close(1000);
  }

  follow(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    this.#ask("subscribe", topic);
  }

  unfollow(topic: string): void {
    if (this.#topics.delete(topic)) this.#ask("unsubscribe", topic);
  }

  #ask(type: "subscribe" | "unsubscribe", topic: string): void {
    if (!this.#online || this.#wire?.readyState !== OPEN) return;
    this.#messages += 1;
    const id = `w${this.#messages}`;
    if (type === "subscribe") this.#asked.set(id, topic);
    this.#wire.send(JSON.stringify({ type, topic, id }));
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as Record<string, unknown>;
    const topic = message.topic;
    if (message.type === "connected") {
      this.#online = true;
      this.#attempt = 0;
      this.#options.events.state("online");
      for (const followed of this.#topics) this.#ask("subscribe", followed);
    } else if (message.type === "event" && typeof topic === "string") {
      this.#options.events.event(topic, message.event as Record<string, unknown>, Number(message.seq));
    } else if (message.type === "error" && typeof message.ref === "string") {
      const refused = this.#asked.get(message.ref);
      if (refused === undefined) return;
      this.#topics.delete(refused);
      this.#options.events.refused(refused, String(message.code), String(message.message));
    }
  }
}
