// Plays translated speech: each stream's frames one after the other, different streams at the same time.
import { SAMPLE_RATE } from "./framing.ts";
import type { AudioFrame } from "../protocol.ts";

/** Seconds between the first frame's arrival and its playing; what a frame may be late by without a hole. */
const CUSHION_S = 0.08;

interface Stream {
  sampleRate: number;
  /** On the context's clock, in seconds. */
  nextAt: number;
  playing: Set<AudioBufferSourceNode>;
  ended: boolean;
}

export class Player {
  readonly #streams = new Map<number, Stream>();
  readonly #onSilent: (streamId: number) => void;
  #output: { context: AudioContext; gain: GainNode } | undefined;
  #volume = 1;

  /** `onSilent` is called when a stream has ended and its last sample was played. */
  constructor(onSilent: (streamId: number) => void) {
    this.#onSilent = onSilent;
  }

  /** Allows sound; has to be called from a click, as browsers let no page make a noise unasked. */
  allow(): void {
    if (this.#output === undefined) {
      // At the streams' own rate: converting each 20 ms by itself would click at every seam.
      const context = new AudioContext({ sampleRate: SAMPLE_RATE });
      const gain = new GainNode(context, { gain: this.#volume });
      gain.connect(context.destination);
      this.#output = { context, gain };
    }
    void this.#output.context.resume();
  }

  /** From 0, silent, to 1. */
  setVolume(volume: number): void {
    this.#volume = volume;
    if (this.#output !== undefined) this.#output.gain.gain.value = volume;
  }

  setDucking(_share: number): void {
    // Nothing is ducked before the library's own player.
  }

  start(streamId: number, sampleRate: number, _kind?: "translated" | "original"): void {
    this.#streams.set(streamId, { sampleRate, nextAt: 0, playing: new Set(), ended: false });
  }

  play(frame: AudioFrame): void {
    const stream = this.#streams.get(frame.streamId);
    const output = this.#output;
    if (stream === undefined || output === undefined || frame.samples.length === 0) return;
    const { context, gain } = output;
    const buffer = context.createBuffer(1, frame.samples.length, stream.sampleRate);
    buffer.copyToChannel(
      Float32Array.from(frame.samples, (sample) => sample / 32_768),
      0,
    );
    const node = new AudioBufferSourceNode(context, { buffer });
    node.connect(gain);
    if (stream.nextAt < context.currentTime) stream.nextAt = context.currentTime + CUSHION_S;
    node.start(stream.nextAt);
    stream.nextAt += buffer.duration;
    stream.playing.add(node);
    node.onended = () => {
      stream.playing.delete(node);
      this.#settle(frame.streamId, stream);
    };
  }

  /** The stream brings no more; `now` cuts off what is still to be played. */
  stop(streamId: number, now: boolean): void {
    const stream = this.#streams.get(streamId);
    if (stream === undefined) return;
    stream.ended = true;
    if (now) {
      for (const node of stream.playing) node.stop();
      stream.playing.clear();
    }
    this.#settle(streamId, stream);
  }

  /** Ends every stream at once. */
  silence(): void {
    for (const streamId of [...this.#streams.keys()]) this.stop(streamId, true);
  }

  #settle(streamId: number, stream: Stream): void {
    // A stream that was cut off settles once more for each of its frames that ends afterwards.
    if (!stream.ended || stream.playing.size > 0 || this.#streams.get(streamId) !== stream) return;
    this.#streams.delete(streamId);
    this.#onSilent(streamId);
  }
}
