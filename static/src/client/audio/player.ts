// Plays speech: each stream's frames one after the other, different speakers at the same time, and originals more quietly
// while a translation is heard.
import { SAMPLE_RATE } from "./framing.ts";
import { PlayedStream } from "./played-stream.ts";
import type { AudioFrame } from "../protocol.ts";

export type StreamKind = "translated" | "original";

/** Seconds in which a volume that a person sets is reached; at once would click. */
const VOLUME_S = 0.015;
/** Time constants, in seconds, of getting out of the translation's way and of coming back. */
const DUCK_S = 0.05;
const RETURN_S = 0.2;
/** Seconds that originals stay low after a translated stream, as the next sentence often follows. */
const HOLD_S = 0.4;
/** Streams whose end never came, because the connection broke, make room for new ones. */
const MOST_STREAMS = 32;
/** Seconds in which an original file comes and goes. */
const FADE_S = 0.01;

interface Output {
  context: AudioContext;
  /** Everything; what mutes. */
  master: GainNode;
  translated: GainNode;
  originals: GainNode;
}

export class Player {
  readonly #streams = new Map<number, { stream: PlayedStream; kind: StreamKind }>();
  readonly #onSilent: (streamId: number) => void;
  readonly #sampleRate: number;
  #output: Output | undefined;
  #volume = 1;
  #ducking = 0.2;
  #ducked = false;
  #muted = false;

  /**
   * `onSilent` is called when a stream has ended and its last sample was played. `sampleRate` is that of the sound that
   * is made; streams of another rate are converted.
   */
  constructor(onSilent: (streamId: number) => void, sampleRate = SAMPLE_RATE) {
    this.#onSilent = onSilent;
    this.#sampleRate = sampleRate;
  }

  /** What is heard, for a meter or a recording; undefined before `allow` and after `close`. */
  get output(): AudioNode | undefined {
    return this.#output?.master;
  }

  get muted(): boolean {
    return this.#muted;
  }

  /** Allows sound; has to be called from a click, as browsers let no page make a noise unasked. */
  allow(): void {
    void this.#sound().context.resume();
  }

  /** Of translated voices, from 0, silent, to 1. */
  setVolume(volume: number): void {
    this.#volume = volume;
    this.#approach(this.#output?.translated, volume, VOLUME_S);
  }

  /** What is left of an original's volume while a translated stream sounds, from 0 to 1. */
  setDucking(share: number): void {
    this.#ducking = share;
    if (this.#ducked) this.#approach(this.#output?.originals, share, DUCK_S);
  }

  /** Silences everything, or lets it be heard again; streams go on unheard. */
  setMuted(muted: boolean): void {
    this.#muted = muted;
    this.#approach(this.#output?.master, muted ? 0 : 1, VOLUME_S);
  }

  start(streamId: number, sampleRate: number, kind: StreamKind = "translated"): void {
    this.stop(streamId, true);
    const [oldest] = this.#streams.keys();
    if (this.#streams.size >= MOST_STREAMS && oldest !== undefined) this.stop(oldest, true);
    const stream = new PlayedStream(sampleRate, {
      quiet: () => {
        this.#settle(streamId, stream);
        this.#duck();
      },
    });
    this.#streams.set(streamId, { stream, kind });
  }

  play(frame: AudioFrame): void {
    const played = this.#streams.get(frame.streamId);
    const output = this.#output;
    if (played === undefined || output === undefined) return;
    // Sentences of one voice that the network brought all at once are still heard one after the other.
    let free = 0;
    for (const { stream, kind } of this.#streams.values()) {
      if (stream !== played.stream && stream.ended && kind === played.kind) free = Math.max(free, stream.endsAt);
    }
    played.stream.play(frame, output[played.kind === "translated" ? "translated" : "originals"], free);
    this.#duck();
  }

  /** The stream brings no more; `now` cuts off what is still to be played. */
  stop(streamId: number, now: boolean): void {
    const played = this.#streams.get(streamId);
    if (played === undefined) return;
    played.stream.end(now);
    this.#settle(streamId, played.stream);
    this.#duck();
  }

  /** Ends every stream at once. */
  silence(): void {
    for (const streamId of [...this.#streams.keys()]) this.stop(streamId, true);
  }

  /** Ends every stream and gives the loudspeaker back. A later `allow` opens it again. */
  close(): void {
    this.silence();
    void this.#output?.context.close();
    this.#output = undefined;
  }

  /** Plays an original, e.g. an uploaded file, from `fromSeconds` on; it is ducked under its own translation. */
  playOriginal(buffer: AudioBuffer, fromSeconds: number): { stop(): void } {
    this.allow();
    const { context, originals } = this.#sound();
    const source = new AudioBufferSourceNode(context, { buffer });
    const edge = new GainNode(context, { gain: 0 });
    source.connect(edge).connect(originals);
    source.onended = () => {
      edge.disconnect();
    };
    const now = context.currentTime;
    edge.gain.setValueAtTime(0, now).linearRampToValueAtTime(1, now + FADE_S);
    source.start(now, fromSeconds);
    return {
      stop: () => {
        edge.gain.setTargetAtTime(0, context.currentTime, FADE_S / 4);
        source.stop(context.currentTime + 2 * FADE_S);
      },
    };
  }

  #sound(): Output {
    if (this.#output !== undefined) return this.#output;
    const context = new AudioContext({ sampleRate: this.#sampleRate });
    const master = new GainNode(context, { gain: this.#muted ? 0 : 1 });
    const translated = new GainNode(context, { gain: this.#volume });
    const originals = new GainNode(context);
    translated.connect(master);
    originals.connect(master);
    master.connect(context.destination);
    this.#output = { context, master, translated, originals };
    return this.#output;
  }

  /** Gets originals out of the way when a translation begins to sound, and back when none sounds any more. */
  #duck(): void {
    const sounds = [...this.#streams.values()].some(({ stream, kind }) => kind === "translated" && stream.sounds);
    if (sounds === this.#ducked) return;
    this.#ducked = sounds;
    if (sounds) this.#approach(this.#output?.originals, this.#ducking, DUCK_S);
    else this.#approach(this.#output?.originals, 1, RETURN_S, HOLD_S);
  }

  #approach(node: GainNode | undefined, value: number, seconds: number, after = 0): void {
    if (node === undefined) return;
    const { currentTime } = node.context;
    node.gain.cancelScheduledValues(currentTime).setTargetAtTime(value, currentTime + after, seconds);
  }

  #settle(streamId: number, stream: PlayedStream): void {
    if (!stream.ended || stream.sounds || this.#streams.get(streamId)?.stream !== stream) return;
    this.#streams.delete(streamId);
    this.#onSilent(streamId);
  }
}
