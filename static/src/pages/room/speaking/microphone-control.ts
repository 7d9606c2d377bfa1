// The microphone as a person handles it: off, opening, on or lost; muted; or silent until the button is held. Decides which
// frames are sent, and ends the utterance when none are any more.
import { MicrophoneError, openMicrophone, peak } from "../../../client/index.ts";
import type { Connection, Microphone, MicrophoneProblem } from "../../../client/index.ts";
import { Observed } from "./observed.ts";

export type Voice = Pick<Connection, "sendAudio" | "endUtterance">;

export interface MicrophoneView {
  phase: "off" | "opening" | "on" | "lost";
  /** Why it is off though it should not be. */
  problem: MicrophoneProblem | undefined;
  muted: boolean;
  pushToTalk: boolean;
  /** The button is held. */
  held: boolean;
  hint: "quiet" | "clipping" | undefined;
}

/** Frames of 20 ms without anything that could be speech until a person is told that hardly anything is heard. */
const QUIET_FRAMES = 250;
/** Share of full scale that speech reaches, and that of a sample that was cut off. */
const SPEECH = 0.03;
const CLIPPED = 0.98;
/** Cut off so often within so many frames, and it is told for so many frames. */
const CLIPPED_FRAMES = 5;
const CLIPPING_WINDOW = 100;
const CLIPPING_SHOWN = 200;

export class MicrophoneControl extends Observed<MicrophoneView> {
  readonly #levels = new Set<(level: number) => void>();
  #voice: Voice;
  #microphone: Microphone | undefined;
  /** Counts openings, so that one that was overtaken is noticed. */
  #opening = 0;
  #sending = false;
  #quietFor = 0;
  #clipped = 0;
  #window = 0;
  #clippingFor = 0;

  constructor(voice: Voice) {
    super({ phase: "off", problem: undefined, muted: false, pushToTalk: false, held: false, hint: undefined });
    this.#voice = voice;
  }

  /** Whose voice it is from now on. */
  speakTo(voice: Voice): void {
    this.#voice = voice;
  }

  /** Calls `listener` with each frame's peak, 0 to 1, until what is returned is called. */
  readonly onLevel = (listener: (level: number) => void): (() => void) => {
    this.#levels.add(listener);
    return () => {
      this.#levels.delete(listener);
    };
  };

  /** Opens a device, instead of the one that is open; an empty id stands for the browser's choice. */
  async turnOn(deviceId: string): Promise<void> {
    this.#close();
    this.#opening += 1;
    const opening = this.#opening;
    const { phase, muted } = this.getView();
    const replaces = phase === "on" || phase === "opening";
    // Who is muted and takes another device is still muted.
    this.#change({ phase: "opening", problem: undefined, hint: undefined, muted: replaces && muted });
    try {
      const microphone = await openMicrophone({
        deviceId,
        onFrame: (samples) => {
          if (opening === this.#opening) this.#hear(samples);
        },
        onLost: () => {
          if (opening !== this.#opening) return;
          this.#microphone = undefined;
          this.#change({ phase: "lost", held: false, hint: undefined });
        },
      });
      if (opening !== this.#opening) {
        microphone.stop();
        return;
      }
      this.#microphone = microphone;
      this.#quietFor = 0;
      this.#clippingFor = 0;
      this.#change({ phase: "on" });
    } catch (error) {
      if (opening !== this.#opening) return;
      const problem = error instanceof MicrophoneError ? error.problem : "failed";
      this.#change({ phase: "off", problem, held: false });
    }
  }

  turnOff(): void {
    this.#opening += 1;
    this.#close();
    this.#change({ phase: "off", problem: undefined, held: false, hint: undefined });
  }

  mute(muted: boolean): void {
    this.#change({ muted });
  }

  setPushToTalk(pushToTalk: boolean): void {
    this.#change({ pushToTalk, held: false, muted: false });
  }

  /** The button is pressed, or let go. */
  hold(held: boolean): void {
    this.#change({ held });
  }

  #hear(samples: Int16Array): void {
    const level = peak(samples);
    for (const listener of this.#levels) listener(level);
    if (this.#sending) this.#voice.sendAudio(samples);
    this.#judge(level);
  }

  #judge(level: number): void {
    if (level >= SPEECH) this.#quietFor = -Infinity;
    this.#quietFor += 1;
    this.#window += 1;
    if (level >= CLIPPED) this.#clipped += 1;
    if (this.#clipped >= CLIPPED_FRAMES) this.#clippingFor = CLIPPING_SHOWN;
    if (this.#window >= CLIPPING_WINDOW || this.#clipped >= CLIPPED_FRAMES) {
      this.#window = 0;
      this.#clipped = 0;
    }
    this.#clippingFor -= 1;
    const hint = this.#clippingFor > 0 ? "clipping" : this.#quietFor > QUIET_FRAMES ? "quiet" : undefined;
    if (hint !== this.getView().hint) this.#change({ hint });
  }

  #change(change: Partial<MicrophoneView>): void {
    const view = { ...this.getView(), ...change };
    const sending = view.phase === "on" && !view.muted && (view.held || !view.pushToTalk);
    if (this.#sending && !sending) this.#voice.endUtterance();
    this.#sending = sending;
    this.show(view);
  }

  #close(): void {
    this.#microphone?.stop();
    this.#microphone = undefined;
  }
}
