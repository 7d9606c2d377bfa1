// A server within the test: answers `fetch` from a table and gives the test the other end of every WebSocket.
import { vi } from "vitest";
import { answer, UNREACHABLE } from "./answers.ts";
import type { Answer } from "./answers.ts";

export type Answers = Record<string, Answer>;

/** The server's end of one socket. */
export class FakeSocket extends EventTarget {
  static readonly CONNECTING = 0;
  static readonly OPEN = 1;
  static readonly CLOSING = 2;
  static readonly CLOSED = 3;
  readonly url: string;
  binaryType: BinaryType = "blob";
  readonly bufferedAmount = 0;
  readyState: number = FakeSocket.CONNECTING;
  onopen: ((event: Event) => void) | null = null;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  onerror: ((event: Event) => void) | null = null;
  readonly heard: (string | ArrayBuffer)[] = [];

  constructor(url: string | URL) {
    super();
    this.url = String(url);
  }

  /** Messages of the page, read. */
  get messages(): Record<string, unknown>[] {
    return this.heard
      .filter((each) => typeof each === "string")
      .map((text) => JSON.parse(text) as Record<string, unknown>);
  }

  get topics(): unknown[] {
    return this.messages.filter(({ type }) => type === "subscribe").map(({ topic }) => topic);
  }

  send(data: string | ArrayBuffer): void {
    this.heard.push(data);
  }

  close(code = 1005): void {
    if (this.readyState !== FakeSocket.CLOSED) this.ends(code);
  }

  /** Lets the page in. */
  accepts(): void {
    this.readyState = FakeSocket.OPEN;
    const event = new Event("open");
    this.onopen?.(event);
    this.dispatchEvent(event);
    this.says({ type: "connected", connection_id: "c1", protocol: 1, server_time: "2026-01-01T00:00:00Z" });
  }

  says(message: Record<string, unknown>): void {
    this.delivers(JSON.stringify(message));
  }

  delivers(data: string | ArrayBuffer): void {
    const event = new MessageEvent("message", { data });
    this.onmessage?.(event);
    this.dispatchEvent(event);
  }

  tells(topic: string, event: Record<string, unknown>): void {
    this.says({ type: "event", topic, seq: 1, event });
  }

  ends(code: number, reason = ""): void {
    this.readyState = FakeSocket.CLOSED;
    const event = new CloseEvent("close", { code, reason });
    this.onclose?.(event);
    this.dispatchEvent(event);
  }
}

export class FakeServer {
  answers: Answers;
  /** Nobody is there: every question fails as if the line were cut. */
  gone = false;
  readonly sockets: FakeSocket[] = [];

  constructor(answers: Answers) {
    this.answers = answers;
    const { sockets } = this;
    vi.stubGlobal(
      "WebSocket",
      class extends FakeSocket {
        constructor(url: string | URL) {
          super(url);
          sockets.push(this);
        }
      },
    );
    answer((path) => (this.gone ? UNREACHABLE : this.answers[path]));
  }

  /** The newest. */
  get socket(): FakeSocket {
    const socket = this.sockets.at(-1);
    if (socket === undefined) throw new Error("no socket was opened");
    return socket;
  }
}
