// Stands where Interpres would: takes the events of an emulator of Communication Services, answers its calls, and says
// back whatever it hears.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** What the emulator takes instead of a signature. */
const TOKEN = "token-emulated-for-anybody";
const VERSION = "api-version=2026-03-12";
/** RFC 6455, 1.3. */
const WEBSOCKET_KEY = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

type Fields = Record<string, unknown>;

export class Answering {
  /** The emulator; set before anybody calls. */
  emulator = "";
  /** Whether it answers calls or rejects them. */
  answers = true;
  /** Frames with sound that it heard. */
  heard = 0;
  /** Callbacks that came, by the ends of their types. */
  readonly callbacks: string[] = [];
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server) {
    this.#server = server;
    server.on("request", (request, response) => {
      void this.#take(request, response);
    });
    server.on("upgrade", (request: IncomingMessage, socket: Socket) => {
      this.#accept(request, socket);
    });
    server.on("connection", (socket: Socket) => {
      this.#sockets.add(socket);
    });
  }

  static async start(): Promise<Answering> {
    const server = createServer();
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new Answering(server);
  }

  url(path: string, scheme = "http"): string {
    const address = this.#server.address();
    assert.ok(typeof address === "object" && address !== null);
    return `${scheme}://127.0.0.1:${address.port}${path}`;
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }

  /** Calls somebody, from Interpres's side. */
  async callOut(number: string): Promise<void> {
    await this.#ask("/calling/callConnections", {
      targets: [{ phoneNumber: { value: number } }],
      sourceCallerIdNumber: { value: "+18005550100" },
      ...this.#wishes(),
    });
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request) if (part instanceof Buffer) parts.push(part);
    const body: unknown = JSON.parse(Buffer.concat(parts).toString() || "null");
    const events = Array.isArray(body) ? body.map(fields) : [];
    const code = fields(events[0]?.data).validationCode;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(typeof code === "string" ? { validationResponse: code } : {}));
    for (const event of events) {
      if (typeof event.type === "string") this.callbacks.push(event.type.split(".").at(-1) ?? "");
      if (event.eventType !== "Microsoft.Communication.IncomingCall") continue;
      const { incomingCallContext } = fields(event.data);
      if (this.answers) await this.#ask("/calling/callConnections:answer", { incomingCallContext, ...this.#wishes() });
      else await this.#ask("/calling/callConnections:reject", { incomingCallContext, callRejectReason: "busy" });
    }
  }

  #wishes(): Fields {
    return {
      callbackUri: this.url("/callbacks"),
      mediaStreamingOptions: {
        transportType: "websocket",
        transportUrl: this.url("/media", "ws"),
        contentType: "audio",
        audioChannelType: "mixed",
        startMediaStreaming: true,
        enableBidirectional: true,
        audioFormat: "pcm16KMono",
      },
    };
  }

  async #ask(path: string, body: Fields): Promise<void> {
    const answer = await fetch(`${this.emulator}${path}?${VERSION}`, {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}`, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    assert.ok(answer.ok, `${path}: ${answer.status} ${await answer.text()}`);
  }

  /** A media socket: what comes in it goes back. */
  #accept(request: IncomingMessage, socket: Socket): void {
    const accept = createHash("sha1")
      .update(`${request.headers["sec-websocket-key"] ?? ""}${WEBSOCKET_KEY}`)
      .digest("base64");
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    );
    let waiting = Buffer.alloc(0);
    socket.on("error", () => socket.destroy());
    socket.on("data", (bytes) => {
      waiting = Buffer.concat([waiting, Buffer.from(bytes)]);
      for (;;) {
        const frame = unmasked(waiting);
        if (frame === undefined) return;
        waiting = waiting.subarray(frame.size);
        if (frame.kind === 8) socket.end(Buffer.from([0x88, 0]));
        else if (frame.kind === 1) this.#echo(frame.text, socket);
      }
    });
  }

  #echo(text: string, socket: Socket): void {
    const { kind, audioData } = fields(JSON.parse(text));
    const { data, silent } = fields(audioData);
    if (kind !== "AudioData" || silent !== false) return;
    this.heard += 1;
    const payload = Buffer.from(JSON.stringify({ Kind: "AudioData", AudioData: { Data: data }, StopAudio: null }));
    const head = Buffer.from([0x81, 126, payload.length >> 8, payload.length & 255]);
    socket.write(Buffer.concat([head, payload]));
  }
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

/** The first frame of what a client sent; undefined while it is not whole. */
function unmasked(bytes: Buffer): { kind: number; text: string; size: number } | undefined {
  if (bytes.length < 8) return undefined;
  const short = bytes.readUInt8(1) & 127;
  const head = short === 126 ? 4 : 2;
  const length = short === 126 ? bytes.readUInt16BE(2) : short;
  const size = head + 4 + length;
  if (bytes.length < size) return undefined;
  const mask = bytes.subarray(head, head + 4);
  const payload = Buffer.from(bytes.subarray(head + 4, size));
  for (const [at, byte] of payload.entries()) payload.writeUInt8(byte ^ mask.readUInt8(at % 4), at);
  return { kind: bytes.readUInt8(0) & 15, text: payload.toString(), size };
}
