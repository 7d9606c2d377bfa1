// A socket that a test holds in its hands: it sees what is sent, and says and breaks what it wants.
import { expect } from "vitest";
import type { Wire } from "../client/link.ts";

export interface Sent {
  type: string;
  id: string;
  [field: string]: unknown;
}

export class TestWire implements Wire {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  readyState: Wire["readyState"] = WebSocket.OPEN;
  onmessage: ((event: MessageEvent) => void) | null = null;
  onclose: ((event: CloseEvent) => void) | null = null;
  readonly sent: Sent[] = [];
  readonly binary: ArrayBuffer[] = [];
  /** 1005 is what a close without a code arrives as. */
  closedWith: number | undefined;

  send(data: unknown): void {
    if (typeof data === "string") this.sent.push(JSON.parse(data) as Sent);
    else if (data instanceof ArrayBuffer) this.binary.push(data);
  }

  close(code = 1005): void {
    this.closedWith = code;
    this.readyState = WebSocket.CLOSED;
  }

  /** The newest message sent; fails unless it is of this type. */
  last(type: string): Sent {
    const sent = this.sent.at(-1);
    expect(sent?.type).toBe(type);
    if (sent === undefined) throw new Error("nothing was sent");
    return sent;
  }

  /** How many messages of this type were sent. */
  count(type: string): number {
    return this.sent.filter((sent) => sent.type === type).length;
  }

  says(message: object): void {
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(message) }));
  }

  breaks(code: number, reason = ""): void {
    this.readyState = WebSocket.CLOSED;
    this.onclose?.(new CloseEvent("close", { code, reason }));
  }
}
