// A telephone without its looks: the line to the emulator, the microphone, the loudspeaker, and what is going on.
import { FRAME_SAMPLES, peak, SAMPLE_RATE } from "../client/audio/framing.ts";
import { MicrophoneError, openMicrophone } from "../client/audio/microphone.ts";
import type { Microphone, MicrophoneProblem } from "../client/audio/microphone.ts";
import { Player } from "../client/audio/player.ts";
import { read } from "./messages.ts";
import type { CallReport, Hello, Message } from "./messages.ts";

/** What does not work, by a name that has a text. */
export type Problem =
  | `microphone_${MicrophoneProblem}`
  | "microphone_lost"
  | "line_lost"
  | "callee_unusable"
  | "caller_unusable"
  | "refused";

/** idle, opening the microphone, ringing elsewhere, in a call, ringing here. */
export type Phase = "idle" | "opening" | "calling" | "live" | "rings";

export interface Happening {
  at: number;
  what: string;
}

export interface State {
  /** Whether there is a line to the emulator. */
  connected: boolean;
  hello: Hello | undefined;
  phase: Phase;
  muted: boolean;
  /** Whether calls to this telephone ring here. */
  waiting: boolean;
  call: CallReport | undefined;
  /** Who calls, while it rings here. */
  rings: string;
  /** When the call was answered, in milliseconds since 1970. */
  since: number | undefined;
  happenings: readonly Happening[];
  problem: Problem | undefined;
  /** More about the problem, in the emulator's words. */
  detail: string;
  /** Why the last call ended, in the emulator's words. */
  ended: string | undefined;
}

/** Who is at the telephone. */
export interface Person {
  identifier: string;
  name: string;
}

const STREAM = 1;
/** Frames of silence after which none is played: sound that came late is on time again after a pause. */
const MOST_SILENT = 10;
/** Bytes that may wait for a line that is slow: half a second. What is said meanwhile is left out. */
const MOST_WAITING = 50 * FRAME_SAMPLES;
const MOST_HAPPENINGS = 300;
const AGAIN_MS = 2_000;

export class Telephone {
  readonly #address: string;
  readonly #changed: () => void;
  readonly #player = new Player(() => undefined);
  #state: State = {
    connected: false,
    hello: undefined,
    phase: "idle",
    muted: false,
    waiting: false,
    call: undefined,
    rings: "",
    since: undefined,
    happenings: [],
    problem: undefined,
    detail: "",
    ended: undefined,
  };
  #socket: WebSocket | undefined;
  #again: ReturnType<typeof setTimeout> | undefined;
  #microphone: Microphone | undefined;
  #waitingAs: Person | undefined;
  #sequence = 0;
  #silent = 0;
  #said = 0;
  #heard = 0;

  /** `address` is the line's, `ws://…`; `changed` is called when the state has changed. */
  constructor(address: string, changed: () => void) {
    this.#address = address;
    this.#changed = changed;
  }

  get state(): Readonly<State> {
    return this.#state;
  }

  /** How loud the last 20 ms were, 0 to 1: what was said and what was heard. */
  get levels(): { said: number; heard: number } {
    return { said: this.#said, heard: this.#heard };
  }

  /** Opens the line, and opens it again whenever it is lost. */
  open(): void {
    clearTimeout(this.#again);
    const socket = new WebSocket(this.#address);
    socket.binaryType = "arraybuffer";
    this.#socket = socket;
    socket.onopen = () => {
      this.#change({ connected: true, ...(this.#state.problem === "line_lost" ? { problem: undefined } : {}) });
      if (this.#waitingAs !== undefined) this.wait(this.#waitingAs);
    };
    socket.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (data instanceof ArrayBuffer) this.#hear(new Int16Array(data));
      else if (typeof data === "string") this.#take(read(data));
    };
    socket.onclose = () => {
      this.#release();
      this.#change({ connected: false, phase: "idle", call: undefined, problem: "line_lost", detail: "" });
      this.#again = setTimeout(() => {
        this.open();
      }, AGAIN_MS);
    };
  }

  /** Calls somebody; has to be called from a click, as it opens the microphone. */
  async call(to: string, { identifier, name }: Person): Promise<void> {
    if (!(await this.#pickUp())) return;
    this.#change({ phase: "calling", happenings: [] });
    this.#send({ type: "call", to, from: identifier, name });
  }

  /** Answers what rings; has to be called from a click likewise. */
  async answer(): Promise<void> {
    if (!(await this.#pickUp())) {
      this.#send({ type: "decline" });
      return;
    }
    this.#change({ phase: "calling", happenings: [] });
    this.#send({ type: "answer" });
  }

  decline(): void {
    this.#send({ type: "decline" });
    this.#change({ phase: "idle" });
  }

  hangUp(): void {
    this.#send({ type: "hang_up" });
  }

  press(tone: string): void {
    this.#send({ type: "key", tone });
  }

  /** While it is muted nothing that is said leaves the page. */
  mute(muted: boolean): void {
    this.#change({ muted });
  }

  /** Calls to this person ring here from now on. */
  wait(person: Person): void {
    this.#waitingAs = person;
    this.#send({ type: "wait", ...person });
    this.#change({ waiting: true, problem: undefined });
  }

  stopWaiting(): void {
    this.#waitingAs = undefined;
    this.#send({ type: "stop_waiting" });
    this.#change({ waiting: false });
  }

  /** Gives everything back. */
  close(): void {
    clearTimeout(this.#again);
    if (this.#socket !== undefined) this.#socket.onclose = null;
    this.#socket?.close();
    this.#release();
  }

  /** Opens microphone and loudspeaker. Returns whether the call may go on. */
  async #pickUp(): Promise<boolean> {
    const { phase } = this.#state;
    if (phase === "opening" || this.#microphone !== undefined) return false;
    this.#player.allow();
    this.#change({ phase: "opening", problem: undefined, detail: "", ended: undefined, muted: false });
    try {
      this.#microphone = await openMicrophone({
        onFrame: (samples) => {
          this.#say(samples);
        },
        onLost: () => {
          this.#change({ problem: "microphone_lost" });
        },
      });
    } catch (cause) {
      const problem = cause instanceof MicrophoneError ? cause.problem : "failed";
      this.#release();
      this.#change({ phase: "idle", problem: `microphone_${problem}` });
      return false;
    }
    // Meanwhile a call may have rung here, or stopped ringing, or the line was lost.
    if (this.#isOpening && this.#socket?.readyState === WebSocket.OPEN) return true;
    if (this.#isOpening) this.#change({ phase: "idle" });
    this.#release();
    return false;
  }

  get #isOpening(): boolean {
    return this.#state.phase === "opening";
  }

  #say(samples: Int16Array): void {
    const socket = this.#socket;
    const isHeard = !this.#state.muted && this.#state.phase === "live";
    this.#said = isHeard ? peak(samples) : 0;
    if (!isHeard || socket?.readyState !== WebSocket.OPEN || socket.bufferedAmount > MOST_WAITING) return;
    socket.send(samples.slice().buffer);
  }

  #hear(samples: Int16Array): void {
    this.#heard = peak(samples);
    this.#silent = this.#heard === 0 ? this.#silent + 1 : 0;
    if (this.#silent > MOST_SILENT || this.#microphone === undefined) return;
    if (this.#sequence === 0) this.#player.start(STREAM, SAMPLE_RATE);
    this.#player.play({ streamId: STREAM, sequence: this.#sequence, samples });
    this.#sequence += 1;
  }

  #take(message: Message | undefined): void {
    switch (message?.type) {
      case "hello":
        this.#change({ hello: message });
        break;
      case "call": {
        const isLive = message.state === "live";
        this.#change({
          call: message,
          ...(isLive ? { phase: "live", since: this.#state.since ?? Date.now() } : {}),
        });
        break;
      }
      case "happening": {
        const { at, what } = message;
        this.#change({ happenings: [...this.#state.happenings, { at, what }].slice(-MOST_HAPPENINGS) });
        break;
      }
      case "rings":
        this.#change({ phase: "rings", rings: message.from, ended: undefined, problem: undefined });
        break;
      case "rang_out":
        this.#release();
        this.#change({ phase: "idle", ended: "rang out" });
        break;
      case "ended":
        this.#release();
        this.#change({ phase: "idle", ended: message.because, since: undefined });
        break;
      case "refused":
        this.#refuse(message.code, message.message);
        break;
      case undefined:
        break;
    }
  }

  #refuse(code: string, detail: string): void {
    const isKnown = code === "callee_unusable" || code === "caller_unusable";
    const problem: Problem = isKnown ? code : "refused";
    if (this.#state.phase === "calling") {
      this.#release();
      this.#change({ phase: "idle", problem, detail });
    } else {
      // What else is refused is waiting for calls.
      this.#waitingAs = undefined;
      this.#change({ waiting: false, problem, detail });
    }
  }

  /** Gives microphone and loudspeaker back. */
  #release(): void {
    this.#microphone?.stop();
    this.#microphone = undefined;
    this.#player.close();
    this.#sequence = 0;
    this.#silent = 0;
    this.#said = 0;
    this.#heard = 0;
    this.#state = { ...this.#state, since: undefined };
  }

  #send(message: Readonly<Record<string, string>>): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #change(change: Partial<State>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed();
  }
}
