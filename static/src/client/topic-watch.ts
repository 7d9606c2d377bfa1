// Follows topics without a session, for overviews and those who watch: subscribes again after every reconnect. What
// happened in between is not brought after; ask for the present state when `online` is reported.
import { Link } from "./link.ts";
import type { Wire } from "./link.ts";
import { decodeMessage } from "./protocol.ts";
import type { Reference, TopicEvent } from "./protocol.ts";

/** `ended` is final: trying again would end the same way. */
export type WatchState = "connecting" | "online" | "waiting" | "ended";

export interface TopicWatchEvents {
  /** `why` is that of an end: `left`, `policy` or `authentication`. */
  state(state: WatchState, why?: string): void;
  event(topic: string, event: TopicEvent, seq: number): void;
  /** The server does not give this topic; it is followed no more. */
  refused(topic: string, code: string, message: string): void;
}

export interface TopicWatchOptions {
  /** Opens a socket to the server; called again for each attempt. */
  open: () => Wire;
  events: TopicWatchEvents;
  /** In [0, 1); spreads the attempts to reconnect. */
  random?: () => number;
}

export class TopicWatch {
  readonly #events: TopicWatchEvents;
  readonly #link: Link;
  readonly #topics = new Set<string>();
  /** Topics by the id of the message that asked for them, until it is answered. */
  readonly #asked = new Map<Reference, string>();
  #online = false;

  constructor({ open, events, random = Math.random }: TopicWatchOptions) {
    this.#events = events;
    this.#link = new Link({
      open,
      random,
      events: {
        connecting: () => {
          this.#enter("connecting");
        },
        text: (text) => {
          this.#hear(text);
        },
        binary: () => {
          // Without a session there is no audio.
        },
        waiting: () => {
          this.#enter("waiting");
        },
        ended: (why) => {
          this.#enter("ended", why);
        },
      },
    });
  }

  open(): void {
    this.#link.open();
  }

  retryNow(): void {
    this.#link.retryNow();
  }

  /** Closes and stays away; topics are remembered for another `open`. Reports nothing. */
  close(): void {
    this.#online = false;
    this.#asked.clear();
    this.#link.close();
  }

  follow(topic: string): void {
    if (this.#topics.has(topic)) return;
    this.#topics.add(topic);
    if (this.#online) this.#ask(topic);
  }

  unfollow(topic: string): void {
    if (this.#topics.delete(topic) && this.#online) this.#link.say({ type: "unsubscribe", topic });
  }

  #ask(topic: string): void {
    const id = this.#link.say({ type: "subscribe", topic });
    if (id !== undefined) this.#asked.set(id, topic);
  }

  #hear(text: string): void {
    const message = decodeMessage(text);
    switch (message?.type) {
      case "connected":
        this.#link.ready();
        this.#enter("online");
        for (const topic of this.#topics) this.#ask(topic);
        break;
      case "event":
        this.#events.event(message.topic, message.event, message.seq);
        break;
      case "subscribed":
        if (message.ref !== undefined) this.#asked.delete(message.ref);
        break;
      case "error": {
        const topic = this.#asked.get(message.ref ?? "");
        if (message.ref === undefined || topic === undefined) break;
        this.#asked.delete(message.ref);
        if (this.#topics.delete(topic)) this.#events.refused(topic, message.code, message.message);
        break;
      }
      default:
    }
  }

  #enter(state: WatchState, why?: string): void {
    this.#online = state === "online";
    if (!this.#online) this.#asked.clear();
    this.#events.state(state, ...(why === undefined ? [] : [why]));
  }
}
