// One person's place in one room over a WebSocket that may break: joins, stays alive, and recovers the session with
// everything that was missed. Knows the protocol and nothing of the page.
import { backoff } from "./backoff.ts";
import { decodeAudio, decodeMessage, encodePcm } from "./protocol.ts";
import type { AudioFrame, ClientMessage, ServerMessage, SessionConfig } from "./protocol.ts";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "online"; sessionId: string; roomId: string }
  /** Broken; the next attempt starts in `retryInMs`. */
  | { kind: "waiting"; retryInMs: number }
  /** Over for good; a new connection has to be opened by the person. */
  | { kind: "ended"; why: "left" | "policy" | "authentication" | "closed" | "refused"; message?: string };

export interface ConnectionEvents {
  state(state: ConnectionState): void;
  message(message: ServerMessage): void;
  audio(frame: AudioFrame): void;
  /** The broken session is back; `missed` messages follow, and `gap` says that older ones are lost. */
  recovered(missed: number, gap: boolean): void;
  /** The server no longer knows the session (it was restarted, or the session expired): a fresh one was made. */
  replaced(): void;
  /** There is a session, or it has gone further: what resumes it after a reload. */
  session?(handle: SessionHandle): void;
}

/** What opens a session again, from another page or window too. */
export interface SessionHandle {
  sessionId: string;
  roomId: string;
  /** A secret. */
  resumeToken: string;
  lastSeq: number;
}

/** The part of a browser's WebSocket that is used here. */
export type Wire = Pick<
  WebSocket,
  "binaryType" | "bufferedAmount" | "close" | "onclose" | "onmessage" | "readyState" | "send"
>;

export interface ConnectionOptions {
  /** Opens a socket to the server; called again for each attempt. */
  open: () => Wire;
  /** With the room in it. */
  config: SessionConfig;
  /** Goes on with this session, as far as the server still knows it. */
  resume?: SessionHandle;
  events: ConnectionEvents;
  /** In [0, 1); spreads the attempts to reconnect. */
  random?: () => number;
}

/** From opening a socket to being in the room; longer means that nobody answers. */
const SET_UP_MS = 10_000;
const HEARTBEAT_MS = 15_000;
/** Two unanswered heartbeats and a little: the network is gone though the socket does not know it. */
const SILENCE_MS = 40_000;
/** About 2 s of speech. Audio that late is of no use, so newer frames are dropped until the network caught up. */
const MOST_BUFFERED_BYTES = 64 * 1024;
const OPEN = 1;

const LEFT = 1000;
const POLICY = 1008;
const AUTHENTICATION = 4001;

type Timer = ReturnType<typeof setTimeout>;

export class Connection {
  readonly #options: ConnectionOptions;
  #config: SessionConfig;
  #wire: Wire | undefined;
  #session: SessionHandle | undefined;
  #state: ConnectionState = { kind: "connecting" };
  /** The message whose refusal ends or restarts the set-up. */
  #setUp: { id: string; recovering: boolean } | undefined;
  /** Something was configured while there was no connection to say it over. */
  #unsaid = false;
  #attempt = 0;
  #messages = 0;
  #lastHeard = 0;
  #retry: Timer | undefined;
  #deadline: Timer | undefined;
  #heartbeat: Timer | undefined;

  constructor(options: ConnectionOptions) {
    this.#options = options;
    this.#config = options.config;
    if (options.resume !== undefined) this.#session = { ...options.resume };
  }

  get session(): SessionHandle | undefined {
    return this.#session === undefined ? undefined : { ...this.#session };
  }

  /** Connects, and from then on reconnects by itself until `leave`, or an end that trying again cannot mend. */
  open(): void {
    this.#enter({ kind: "connecting" });
    this.#connect();
  }

  /** Tries at once instead of waiting out the back-off, e.g. because the computer is online again. */
  retryNow(): void {
    if (this.#state.kind !== "waiting") return;
    clearTimeout(this.#retry);
    this.open();
  }

  /** Leaves the room and closes. */
  leave(): void {
    this.#say({ type: "leave_session" });
    this.#end({ kind: "ended", why: "left" });
  }

  /** Closes without leaving: the session can be resumed. */
  disconnect(): void {
    const wire = this.#wire;
    this.#drop();
    clearTimeout(this.#retry);
    wire?.close(4000);
  }

  /** False when there is no connection: the text was not sent. */
  sendText(text: string): boolean {
    return this.#state.kind === "online" && this.#say({ type: "text", text }) !== undefined;
  }

  /** False when the samples were dropped: no connection, or one that does not keep up. Never queues. */
  sendAudio(samples: Int16Array): boolean {
    const wire = this.#wire;
    if (this.#state.kind !== "online" || wire?.readyState !== OPEN) return false;
    if (wire.bufferedAmount > MOST_BUFFERED_BYTES) return false;
    wire.send(encodePcm(samples));
    return true;
  }

  /** Ends the current utterance now instead of at the next pause. */
  endUtterance(): void {
    if (this.#state.kind === "online") this.#say({ type: "audio_end" });
  }

  /** Changes what is spoken, heard or wanted; holds for later sessions of this connection too. */
  configure(change: SessionConfig): void {
    this.#config = { ...this.#config, ...change };
    if (this.#state.kind === "online") this.#say({ type: "configure", config: change });
    else this.#unsaid = true;
  }

  #connect(): void {
    const wire = this.#options.open();
    wire.binaryType = "arraybuffer";
    this.#wire = wire;
    this.#lastHeard = Date.now();
    wire.onmessage = (event: MessageEvent<unknown>) => {
      if (wire !== this.#wire) return;
      this.#lastHeard = Date.now();
      if (typeof event.data === "string") this.#hear(event.data);
      else if (event.data instanceof ArrayBuffer) this.#hearAudio(event.data);
    };
    wire.onclose = (event: CloseEvent) => {
      if (wire === this.#wire) this.#broken(event.code, event.reason);
    };
    this.#deadline = setTimeout(() => {
      this.#abandon();
    }, SET_UP_MS);
  }

  #hear(text: string): void {
    const message = decodeMessage(text);
    if (message === undefined) return;
    this.#note(message);
    switch (message.type) {
      case "connected":
        this.#introduce();
        break;
      case "session_created":
        this.#session = {
          sessionId: message.session_id,
          roomId: message.room_id,
          resumeToken: message.resume_token,
          lastSeq: message.seq,
        };
        this.#online(this.#session);
        break;
      case "session_recovered":
        this.#recovered(message);
        break;
      case "session_closed":
        this.#options.events.message(message);
        this.#end({
          kind: "ended",
          why: "closed",
          ...(message.reason === undefined ? {} : { message: message.reason }),
        });
        return;
      case "error":
        if (this.#refused(message)) return;
        break;
      default:
    }
    this.#options.events.message(message);
  }

  #hearAudio(buffer: ArrayBuffer): void {
    const frame = decodeAudio(buffer);
    if (frame !== undefined) this.#options.events.audio(frame);
  }

  /** Remembers how far the room's log was read, from the messages of the log itself. */
  #note(message: ServerMessage): void {
    const session = this.#session;
    if (session === undefined || !("room_id" in message) || message.room_id !== session.roomId) return;
    switch (message.type) {
      case "transcription":
      case "translation":
      case "participant_joined":
      case "participant_updated":
      case "participant_left":
        session.lastSeq = Math.max(session.lastSeq, message.seq ?? 0);
        break;
      default:
    }
  }

  #introduce(): void {
    const session = this.#session;
    const id =
      session === undefined
        ? this.#say({ type: "create_session", config: this.#config })
        : this.#say({
            type: "recover_session",
            session_id: session.sessionId,
            resume_token: session.resumeToken,
            last_seq: session.lastSeq,
          });
    this.#setUp = id === undefined ? undefined : { id, recovering: session !== undefined };
  }

  #recovered(message: ServerMessage & { type: "session_recovered" }): void {
    const session = this.#session;
    if (session === undefined) return;
    session.resumeToken = message.resume_token;
    this.#online(session);
    this.#options.events.recovered(message.missed, message.gap);
    if (this.#unsaid) this.#say({ type: "configure", config: this.#config });
    this.#unsaid = false;
  }

  /** True when the error answers the set-up, so that it was dealt with here. */
  #refused(error: ServerMessage & { type: "error" }): boolean {
    const setUp = this.#setUp;
    if (setUp === undefined || error.ref !== setUp.id) return false;
    if (setUp.recovering) {
      this.#session = undefined;
      this.#options.events.replaced();
      this.#introduce();
    } else {
      this.#end({ kind: "ended", why: "refused", message: error.message });
    }
    return true;
  }

  #online(session: SessionHandle): void {
    clearTimeout(this.#deadline);
    this.#setUp = undefined;
    this.#attempt = 0;
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => {
      if (Date.now() - this.#lastHeard > SILENCE_MS) this.#abandon();
      else this.#say({ type: "ping" });
    }, HEARTBEAT_MS);
    this.#options.events.session?.({ ...session });
    this.#enter({ kind: "online", sessionId: session.sessionId, roomId: session.roomId });
  }

  /** Gives the socket up without waiting for its close, which a dead network would not deliver for minutes. */
  #abandon(): void {
    this.#wire?.close();
    this.#broken(0, "");
  }

  #broken(code: number, reason: string): void {
    const message = reason === "" ? {} : { message: reason };
    if (code === LEFT) this.#end({ kind: "ended", why: "left", ...message });
    else if (code === POLICY) this.#end({ kind: "ended", why: "policy", ...message });
    else if (code === AUTHENTICATION) this.#end({ kind: "ended", why: "authentication", ...message });
    else {
      this.#drop();
      const retryInMs = backoff(this.#attempt, (this.#options.random ?? Math.random)());
      this.#attempt += 1;
      this.#retry = setTimeout(() => {
        this.open();
      }, retryInMs);
      this.#enter({ kind: "waiting", retryInMs });
    }
  }

  #end(state: ConnectionState & { kind: "ended" }): void {
    const wire = this.#wire;
    this.#drop();
    clearTimeout(this.#retry);
    this.#session = undefined;
    wire?.close(LEFT);
    this.#enter(state);
  }

  /** Lets go of the socket: what it still says is of no interest. */
  #drop(): void {
    clearTimeout(this.#deadline);
    clearInterval(this.#heartbeat);
    this.#setUp = undefined;
    this.#wire = undefined;
  }

  #enter(state: ConnectionState): void {
    this.#state = state;
    this.#options.events.state(state);
  }

  /** The id that the answer refers to, or undefined when there is no open socket. */
  #say(message: ClientMessage): string | undefined {
    const wire = this.#wire;
    if (wire?.readyState !== OPEN) return undefined;
    this.#messages += 1;
    const id = `m${this.#messages}`;
    wire.send(JSON.stringify({ ...message, id }));
    return id;
  }
}
