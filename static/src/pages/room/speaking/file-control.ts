// A file that is spoken into the room: sent like a voice, and heard here as far as it was sent.
import { FileVoice, FileVoiceError } from "../../../client/index.ts";
import type { FileVoiceProblem, Player } from "../../../client/index.ts";
import type { Voice } from "./microphone-control.ts";
import { Observed } from "./observed.ts";

export interface FileView {
  /** Undefined: none is spoken. */
  file: { name: string; seconds: number; at: number; paused: boolean; waiting: boolean } | undefined;
  /** A file is being read. */
  opening: boolean;
  /** Why the last one could not be spoken. */
  problem: { kind: FileVoiceProblem; name: string } | undefined;
}

const NOTHING: FileView = { file: undefined, opening: false, problem: undefined };

export class FileControl extends Observed<FileView> {
  #voice: Voice;
  #player: Player;
  #spoken: FileVoice | undefined;
  #sound: { stop(): void } | undefined;
  /** Counts openings, so that one that was overtaken is noticed. */
  #opening = 0;

  constructor(voice: Voice, player: Player) {
    super(NOTHING);
    this.#voice = voice;
    this.#player = player;
  }

  speakTo(voice: Voice, player: Player): void {
    this.#voice = voice;
    this.#player = player;
  }

  /** Reads a file and begins to speak it, instead of the one that is spoken. */
  async open(file: File): Promise<void> {
    this.cancel();
    const opening = this.#opening;
    this.show({ ...NOTHING, opening: true });
    try {
      const spoken = await FileVoice.open(file);
      if (opening === this.#opening) this.#speak(spoken, file.name);
    } catch (error) {
      if (opening !== this.#opening) return;
      const kind = error instanceof FileVoiceError ? error.problem : "unreadable";
      this.show({ ...NOTHING, problem: { kind, name: file.name } });
    }
  }

  pause(): void {
    this.#spoken?.pause();
    this.#change({ paused: true });
  }

  resume(): void {
    this.#spoken?.resume();
    this.#change({ paused: false });
  }

  cancel(): void {
    this.#opening += 1;
    this.#spoken?.cancel();
    if (this.#spoken !== undefined) this.#voice.endUtterance();
    this.#spoken = undefined;
    this.#sound?.stop();
    this.#sound = undefined;
    this.show(NOTHING);
  }

  #speak(spoken: FileVoice, name: string): void {
    this.#spoken = spoken;
    this.show({ ...NOTHING, file: { name, seconds: spoken.seconds, at: 0, paused: false, waiting: false } });
    spoken.play({
      send: (samples) => this.#voice.sendAudio(samples),
      onProgress: (at) => {
        this.#change({ at });
      },
      onEnd: () => {
        // Its sound is as far as what was sent, give or take; it ends by itself.
        this.#sound = undefined;
        this.cancel();
      },
      onWaiting: (waiting) => {
        this.#change({ waiting });
      },
    });
    this.#change({});
  }

  /** The sound follows what is shown: heard where samples are sent, silent where none are. */
  #change(change: Partial<NonNullable<FileView["file"]>>): void {
    const view = this.getView();
    if (view.file === undefined || this.#spoken === undefined) return;
    const file = { ...view.file, ...change };
    const sounds = !file.paused && !file.waiting;
    if (!sounds) {
      this.#sound?.stop();
      this.#sound = undefined;
    } else this.#sound ??= this.#player.playOriginal(this.#spoken.buffer, file.at);
    this.show({ ...view, file });
  }
}
