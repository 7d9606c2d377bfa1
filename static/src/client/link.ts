// A WebSocket that comes back by itself: waits longer after each failure, notices a network that is gone though the socket
// does not know it, and tells for which reasons trying again is of no use. Knows no message but `ping`.
import { backoff } from "./backoff.ts";
import type { ClientMessage } from "./protocol.ts";

/** The part of a browser's WebSocket that is used here. */
export type Wire = Pick<
  WebSocket,
  "binaryType" | "bufferedAmount" | "close" | "onclose" | "onmessage" | "readyState" | "send"
>;

/** Why the server wants no further attempt. */
export type LinkEnd = "left" | "policy" | "authentication";

export interface LinkEvents {
  connecting(): void;
  text(text: string): void;
  binary(bytes: ArrayBuffer): void;
  /** Broken; the next attempt starts in `retryInMs`. */
  waiting(retryInMs: number): void;
  /** Closed by the server for good. */
  ended(why: LinkEnd, message: string | undefined): void;
}

export interface LinkOptions {
  /** Opens a socket to the server; called again for each attempt. */
  open: () => Wire;
  events: LinkEvents;
  /** In [0, 1); spreads the attempts to reconnect. */
  random: () => number;
}

/** From opening a socket to `ready`; longer means that nobody answers. */
const SET_UP_MS = 10_000;
const HEARTBEAT_MS = 15_000;
/** So many heartbeats without a word in return: the network is gone. Counted, not timed: a hidden tab's timers are late. */
const MOST_UNANSWERED = 2;
const OPEN = 1;

/** Close codes (API.md, section 1) after which a new attempt would end the same way. */
const ENDS: ReadonlyMap<number, LinkEnd> = new Map([
  [1000, "left"],
  [1008, "policy"],
  [4001, "authentication"],
]);

type Timer = ReturnType<typeof setTimeout>;

export class Link {
  readonly #options: LinkOptions;
  #wire: Wire | undefined;
  #attempt = 0;
  #messages = 0;
  #unanswered = 0;
  #retry: Timer | undefined;
  #deadline: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(options: LinkOptions) {
    this.#options = options;
  }

  /** Bytes that were sent and have not left yet; undefined when there is no open socket. */
  get bufferedBytes(): number | undefined {
    return this.#wire?.readyState === OPEN ? this.#wire.bufferedAmount : undefined;
  }

  /** Connects, and reconnects from then on. Does nothing while there is a socket. */
  open(): void {
    if (this.#wire !== undefined) return;
    this.#stopWaiting();
    this.#options.events.connecting();
    this.#connect();
  }

  /** Tries at once instead of waiting out the back-off. */
  retryNow(): void {
    if (this.#retry !== undefined) this.open();
  }

  /** The server has answered all that has to be said first: from now on it only has to stay alive. */
  ready(): void {
    clearTimeout(this.#deadline);
    this.#attempt = 0;
    this.#unanswered = 0;
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      if (this.#unanswered >= MOST_UNANSWERED) this.retryLater();
      else this.say({ type: "ping" });
      this.#unanswered += 1;
    }, HEARTBEAT_MS);
  }

  /** Gives the socket up without waiting for its close, which a dead network would not deliver for minutes. */
  retryLater(): void {
    this.#wire?.close();
    this.#wait();
  }

  /** Closes and stays away; says nothing. */
  close(code?: number): void {
    const wire = this.#wire;
    this.#drop();
    this.#stopWaiting();
    wire?.close(code);
  }

  /** The id that the answer refers to, or undefined when there is no open socket. */
  say(message: ClientMessage): string | undefined {
    const wire = this.#wire;
    if (wire?.readyState !== OPEN) return undefined;
    this.#messages += 1;
    const id = `m${this.#messages}`;
    wire.send(JSON.stringify({ ...message, id }));
    return id;
  }

  sendBinary(bytes: ArrayBuffer): void {
    if (this.#wire?.readyState === OPEN) this.#wire.send(bytes);
  }

  #connect(): void {
    const wire = this.#options.open();
    wire.binaryType = "arraybuffer";
    this.#wire = wire;
    wire.onmessage = (event: MessageEvent<unknown>) => {
      if (wire !== this.#wire) return;
      this.#unanswered = 0;
      if (typeof event.data === "string") this.#options.events.text(event.data);
      else if (event.data instanceof ArrayBuffer) this.#options.events.binary(event.data);
    };
    wire.onclose = ({ code, reason }: CloseEvent) => {
      if (wire !== this.#wire) return;
      const why = ENDS.get(code);
      if (why === undefined) {
        this.#wait();
        return;
      }
      this.close();
      this.#options.events.ended(why, reason === "" ? undefined : reason);
    };
    this.#deadline = setTimeout(() => {
      this.retryLater();
    }, SET_UP_MS);
  }

  #wait(): void {
    this.#drop();
    const retryInMs = backoff(this.#attempt, this.#options.random());
    this.#attempt += 1;
    this.#retry = setTimeout(() => {
      this.open();
    }, retryInMs);
    this.#options.events.waiting(retryInMs);
  }

  #stopWaiting(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
  }

  /** Lets go of the socket: what it still says is of no interest. */
  #drop(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#heartbeat);
    this.#wire = undefined;
  }
}
