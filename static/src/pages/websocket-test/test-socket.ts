// One socket in the developer's hands: nothing is sent or tried again by itself, and everything goes into the log.
import { encodePcm } from "../../client/protocol.ts";
import { FRAME_MS } from "./audio.ts";
import { MessageLog } from "./log.ts";
import { isObject } from "./schema.ts";

export type SocketState = "closed" | "opening" | "open";

export interface Status {
  state: SocketState;
  /** How the last connection ended. */
  closed: { code: number; reason: string } | undefined;
  /** Audio under way: frames sent and all. */
  audio: { sent: number; all: number } | undefined;
}

export interface Target {
  address: string;
  userId: string;
  token: string;
}

/** The content security policy lets the page connect to its own server alone, and a browser tells no socket that it did not. */
export class OtherOriginError extends Error {}

/** Longer than any answer takes. */
const ANSWER_MS = 10_000;

export class TestSocket {
  readonly log = new MessageLog();
  #status: Status = { state: "closed", closed: undefined, audio: undefined };
  #socket: WebSocket | undefined;
  #asked = 0;
  #pacing: ReturnType<typeof setInterval> | undefined;
  readonly #listeners = new Set<() => void>();
  readonly #waiting = new Map<string, (type: string) => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  readonly status = (): Status => this.#status;

  /**
   * @throws {OtherOriginError} where the address is on another server.
   * @throws {TypeError | DOMException} where it is none.
   */
  connect(target: Target): void {
    const address = addressOf(target, target.token);
    if (new URL(address).host !== location.host) throw new OtherOriginError();
    this.close();
    const socket = new WebSocket(address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    this.#set({ state: "opening", closed: undefined });
    socket.onopen = () => {
      if (socket !== this.#socket) return;
      this.log.note("open", addressOf(target));
      this.#set({ state: "open" });
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.log.audio("received", data);
      else if (typeof data === "string") this.#hear(data);
    };
    socket.onclose = ({ code, reason }) => {
      if (socket !== this.#socket) return;
      this.#socket = undefined;
      this.stopAudio();
      this.log.note("close", `${code} ${reason}`.trim());
      this.#set({ state: "closed", closed: { code, reason } });
      for (const give of this.#waiting.values()) give("close");
      this.#waiting.clear();
    };
  }

  close(): void {
    this.stopAudio();
    this.#socket?.close(1000);
  }

  /** As it is, whether or not it is a message. False: there is no open socket. */
  send(text: string): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(text);
    this.log.text("sent", text);
    return true;
  }

  /** Sends `message` with an id and gives the `type` of its answer: `error` if it was refused, `close` if there will be none. */
  async ask(message: Record<string, unknown>): Promise<string> {
    this.#asked += 1;
    const id = `example-${this.#asked}`;
    const { promise, resolve } = Promise.withResolvers<string>();
    this.#waiting.set(id, resolve);
    const timer = setTimeout(resolve, ANSWER_MS, "close");
    if (!this.send(JSON.stringify({ ...message, id }))) resolve("close");
    const type = await promise;
    clearTimeout(timer);
    this.#waiting.delete(id);
    return type;
  }

  /** Sends frames as a microphone would: one every 20 ms. */
  sendAudio(frames: readonly Int16Array[]): void {
    this.stopAudio();
    const begun = performance.now();
    let sent = 0;
    const send = () => {
      // A timer that comes late makes up for it.
      const due = Math.min(frames.length, Math.floor((performance.now() - begun) / FRAME_MS) + 1);
      for (; sent < due; sent += 1) {
        const frame = frames[sent];
        if (frame === undefined || this.#socket?.readyState !== WebSocket.OPEN) break;
        const bytes = encodePcm(frame);
        this.#socket.send(bytes);
        this.log.audio("sent", bytes);
      }
      if (sent < due || sent >= frames.length) this.stopAudio();
      else this.#set({ audio: { sent, all: frames.length } });
    };
    this.#pacing = setInterval(send, FRAME_MS);
    send();
  }

  stopAudio(): void {
    clearInterval(this.#pacing);
    this.#pacing = undefined;
    if (this.#status.audio !== undefined) this.#set({ audio: undefined });
  }

  #hear(text: string): void {
    this.log.text("received", text);
    if (this.#waiting.size === 0) return;
    const answer: unknown = JSON.parse(text);
    if (!isObject(answer) || typeof answer.ref !== "string") return;
    this.#waiting.get(answer.ref)?.(String(answer.type));
  }

  #set(change: Partial<Status>): void {
    this.#status = { ...this.#status, ...change };
    for (const listener of this.#listeners) listener();
  }
}

/** With the scheme of a socket, and the user's id where there is one. The token is for the connection alone, and not for the log. */
function addressOf({ address, userId }: Omit<Target, "token">, token = ""): string {
  const url = new URL(address, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  if (userId !== "") url.searchParams.set("user_id", userId);
  if (token !== "") url.searchParams.set("token", token);
  return url.href;
}

/** Where the page's own server listens. */
export function ownAddress(): string {
  return addressOf({ address: "/ws", userId: "" });
}
