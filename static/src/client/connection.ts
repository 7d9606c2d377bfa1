// One person's place in one room over a WebSocket that may break: joins, stays alive, and recovers the session with
// everything that was missed. Knows the protocol and nothing of the page.
import { Link } from "./link.ts";
import type { LinkEnd, Wire } from "./link.ts";
import { decodeAudio, decodeMessage, encodePcm } from "./protocol.ts";
import type { AudioFrame, ConfigPatch, ServerMessage, Usage } from "./protocol.ts";

export type ConnectionState =
  | { kind: "connecting" }
  | { kind: "online"; sessionId: string; roomId: string }
  /** Broken; the next attempt starts in `retryInMs`. */
  | { kind: "waiting"; retryInMs: number }
  /** Over for good; a new connection has to be opened by the person. */
  | { kind: "ended"; why: LinkEnd | "closed" | "refused"; message?: string };

/** What it takes to come back to a session: keep it for as long as its secret, the token, may be kept. */
export interface SessionHandle {
  sessionId: string;
  roomId: string;
  /** Opens this session again; a secret. */
  resumeToken: string;
  /** The last number of the room's log that was read; 0 brings back everything since the session was made. */
  lastSeq: number;
}

export interface ConnectionEvents {
  state(state: ConnectionState): void;
  message(message: ServerMessage): void;
  audio(frame: AudioFrame): void;
  /** The broken session is back; `missed` messages follow, and `gap` says that older ones are lost. */
  recovered(missed: number, gap: boolean): void;
  /** The server no longer knows the session (it was restarted, or the session expired): a fresh one is made. */
  replaced(): void;
  /** The session was made or recovered, or its token has changed. */
  session?(handle: SessionHandle): void;
  /**
   * What one engine has been used for in the room so far; every few seconds while it changes. Takes the place of what was
   * told of this engine before. It is a message too, as everything that the server says.
   */
  usage?(usage: Usage): void;
}

export interface ConnectionOptions {
  /** Opens a socket to the server; called again for each attempt. */
  open: () => Wire;
  /** With the room in it. */
  config: ConfigPatch;
  /** A session to come back to; one that the server no longer knows is replaced. */
  resume?: SessionHandle;
  events: ConnectionEvents;
  /** In [0, 1); spreads the attempts to reconnect. */
  random?: () => number;
}

/** About 2 s of speech. Audio that late is of no use, so newer frames are dropped until the network caught up. */
const MOST_BUFFERED_BYTES = 64 * 1024;
const LEFT = 1000;
/** Error codes after which a session cannot be come back to; all others are about the moment. */
const LOST: readonly string[] = ["session_not_found", "forbidden"];

export class Connection {
  readonly #events: ConnectionEvents;
  readonly #link: Link;
  #config: ConfigPatch;
  #session: SessionHandle | undefined;
  #online = false;
  /** The newest of each engine, by its name. */
  readonly #usage = new Map<string, Usage>();
  /** The message whose refusal ends or restarts the set-up. */
  #setUp: { id: string; recovering: boolean } | undefined;
  /** Something was configured that the server has not been told: there is no connection, or no session yet. */
  #unsaid = false;

  constructor(options: ConnectionOptions) {
    this.#events = options.events;
    this.#config = options.config;
    this.#session = options.resume === undefined ? undefined : { ...options.resume };
    this.#link = new Link({
      open: options.open,
      random: options.random ?? Math.random,
      events: {
        connecting: () => {
          this.#enter({ kind: "connecting" });
        },
        text: (text) => {
          this.#hear(text);
        },
        binary: (bytes) => {
          const frame = decodeAudio(bytes);
          if (frame !== undefined) this.#events.audio(frame);
        },
        waiting: (retryInMs) => {
          this.#enter({ kind: "waiting", retryInMs });
        },
        ended: (why, message) => {
          this.#end({ kind: "ended", why, ...(message === undefined ? {} : { message }) });
        },
      },
    });
  }

  /** The session once there is one; other people's messages call this person by its id. */
  get session(): SessionHandle | undefined {
    return this.#session === undefined ? undefined : { ...this.#session };
  }

  /** What the engines of the room have been used for, as far as this connection was told; empty outside a room. */
  get usage(): Usage[] {
    return [...this.#usage.values()];
  }

  /** Connects, and from then on reconnects by itself until `leave`, or an end that trying again cannot mend. */
  open(): void {
    this.#link.open();
  }

  /** Tries at once instead of waiting out the back-off, e.g. because the computer is online again. */
  retryNow(): void {
    this.#link.retryNow();
  }

  /** Leaves the room: ends the session and closes. */
  leave(): void {
    this.#link.say({ type: "leave_session" });
    this.#end({ kind: "ended", why: "left" });
  }

  /**
   * Closes and stays away, while the session lives on at the server for as long as its settings say. Reports nothing;
   * `open` comes back to the session.
   */
  disconnect(): void {
    this.#online = false;
    this.#setUp = undefined;
    this.#link.close();
  }

  /** False when there is no connection: the text was not sent. */
  sendText(text: string): boolean {
    return this.#online && this.#link.say({ type: "text", text }) !== undefined;
  }

  /** False when the samples were dropped: no connection, or one that does not keep up. Never queues. */
  sendAudio(samples: Int16Array): boolean {
    const buffered = this.#link.bufferedBytes;
    if (!this.#online || buffered === undefined || buffered > MOST_BUFFERED_BYTES) return false;
    this.#link.sendBinary(encodePcm(samples));
    return true;
  }

  /** Ends the current utterance now instead of at the next pause. */
  endUtterance(): void {
    if (this.#online) this.#link.say({ type: "audio_end" });
  }

  /** Changes what is spoken, heard or wanted; holds for later sessions of this connection too. */
  configure(change: ConfigPatch): void {
    this.#config = { ...this.#config, ...change };
    if (this.#online) this.#link.say({ type: "configure", config: change });
    else this.#unsaid = true;
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
        this.#usage.clear();
        this.#enterRoom({
          sessionId: message.session_id,
          roomId: message.room_id,
          resumeToken: message.resume_token,
          lastSeq: message.seq,
        });
        this.#sayUnsaid();
        break;
      case "session_recovered":
        this.#recovered(message);
        break;
      case "usage":
        if (message.room_id === this.#session?.roomId) this.#count(message);
        break;
      case "session_closed":
        this.#events.message(message);
        this.#end({ kind: "ended", why: "closed", message: message.reason });
        return;
      case "error":
        if (this.#refused(message)) return;
        break;
      default:
    }
    this.#events.message(message);
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

  #count(usage: Usage): void {
    this.#usage.set(usage.engine, usage);
    this.#events.usage?.(usage);
  }

  #introduce(): void {
    const session = this.#session;
    // A new session is made with everything that was configured so far.
    if (session === undefined) this.#unsaid = false;
    const id =
      session === undefined
        ? this.#link.say({ type: "create_session", config: this.#config })
        : this.#link.say({
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
    this.#enterRoom({ ...session, roomId: message.room_id, resumeToken: message.resume_token });
    this.#events.recovered(message.missed, message.gap);
    this.#sayUnsaid();
  }

  #sayUnsaid(): void {
    if (this.#unsaid) this.#link.say({ type: "configure", config: this.#config });
    this.#unsaid = false;
  }

  /** True when the error answers the set-up, so that it was dealt with here. */
  #refused(error: ServerMessage & { type: "error" }): boolean {
    const setUp = this.#setUp;
    if (setUp === undefined || error.ref !== setUp.id) return false;
    if (setUp.recovering && !LOST.includes(error.code)) {
      // The session is still there, behind a server that is busy, restarting, or without its store.
      this.#link.retryLater();
    } else if (setUp.recovering) {
      this.#session = undefined;
      this.#events.replaced();
      this.#introduce();
    } else {
      this.#end({ kind: "ended", why: "refused", message: error.message });
    }
    return true;
  }

  #enterRoom(session: SessionHandle): void {
    this.#session = session;
    this.#setUp = undefined;
    this.#link.ready();
    this.#events.session?.({ ...session });
    this.#enter({ kind: "online", sessionId: session.sessionId, roomId: session.roomId });
  }

  #end(state: ConnectionState & { kind: "ended" }): void {
    this.#link.close(LEFT);
    this.#usage.clear();
    this.#session = undefined;
    this.#enter(state);
  }

  #enter(state: ConnectionState): void {
    this.#online = state.kind === "online";
    if (!this.#online) this.#setUp = undefined;
    this.#events.state(state);
  }
}
