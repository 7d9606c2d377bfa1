// One stream of frames on its way to the loudspeaker: each frame begins at the sample at which the one before it ends. Where
// that cannot be, because frames were dropped or came late, sound fades out and in again instead of clicking.
import type { AudioFrame } from "../protocol.ts";
import { Resampler } from "./resampler.ts";

/** Seconds between the first frame's arrival and its playing; what a frame may be late by without a hole. */
const CUSHION_S = 0.08;
/** Seconds of fading where sound does not go on. */
const FADE_S = 0.003;
/** The audio thread is ahead of the clock that the page reads by less than this, in seconds. */
const MARGIN_S = 0.012;
/** Seconds in which a stream that is cut off falls silent. */
const CUT_S = 0.01;
/** The most that waits to be played, in seconds: what a network that stalled can bring at once. More is left out. */
const MOST_WAITING_S = 30;

interface Way {
  context: BaseAudioContext;
  /** Open where sound goes on, closed at its edges. */
  seam: GainNode;
  /** Closes once, when the stream is cut off. */
  cut: GainNode;
  resampler: Resampler | undefined;
}

export class PlayedStream {
  readonly #sampleRate: number;
  readonly #quiet: () => void;
  readonly #playing = new Set<AudioBufferSourceNode>();
  #way: Way | undefined;
  /** Where the last frame ends, in samples of the context. A count, as seconds that are added up drift apart. */
  #end = 0;
  #sequence: number | undefined;
  #ended = false;

  /** `quiet` is called when the last sample that has come was played. */
  constructor(sampleRate: number, { quiet }: { quiet: () => void }) {
    this.#sampleRate = sampleRate;
    this.#quiet = quiet;
  }

  /** Whether there is something left to be heard. */
  get sounds(): boolean {
    return this.#playing.size > 0;
  }

  /** No more frames come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** On the context's clock, in seconds: when the last sample that has come will have been played. */
  get endsAt(): number {
    return this.sounds && this.#way !== undefined ? this.#end / this.#way.context.sampleRate : 0;
  }

  /** `after` is the earliest at which the stream's first frame may be heard, on the context's clock in seconds. */
  play(frame: AudioFrame, into: AudioNode, after: number): void {
    if (this.#ended) return;
    this.#way ??= this.#open(into);
    const { context, seam, resampler } = this.#way;
    const { currentTime, sampleRate } = context;
    const goesOn = this.#sequence !== undefined && frame.sequence === this.#sequence + 1;
    this.#sequence = frame.sequence;
    const converted = Float32Array.from(frame.samples, (sample) => sample / 32_768);
    const samples = resampler?.push(converted) ?? converted;
    if (samples.length === 0 || this.#end > (currentTime + MOST_WAITING_S) * sampleRate) return;

    const buffer = new AudioBuffer({ length: samples.length, sampleRate, numberOfChannels: 1 });
    buffer.copyToChannel(samples, 0);
    const node = new AudioBufferSourceNode(context, { buffer });
    node.connect(seam);

    const fadeOutAt = (this.#end - fadeSamples(sampleRate)) / sampleRate;
    const isLate = this.#end === 0 || fadeOutAt <= currentTime + MARGIN_S;
    const start = isLate
      ? Math.ceil(Math.max(after, this.#end / sampleRate, currentTime + CUSHION_S) * sampleRate)
      : this.#end;
    this.#end = start + samples.length;
    if (goesOn && !isLate) {
      // It goes on: the fading out that was laid at its end is taken back.
      seam.gain.cancelScheduledValues(fadeOutAt);
    } else {
      const startAt = start / sampleRate;
      seam.gain.setValueAtTime(0, startAt).linearRampToValueAtTime(1, startAt + FADE_S);
    }
    seam.gain
      .setValueAtTime(1, (this.#end - fadeSamples(sampleRate)) / sampleRate)
      .linearRampToValueAtTime(0, this.#end / sampleRate);

    this.#playing.add(node);
    node.onended = () => {
      node.disconnect();
      if (this.#playing.delete(node) && !this.sounds) this.#fellSilent();
    };
    node.start(start / sampleRate);
  }

  /** Takes no more frames; `now` cuts off what is still to be played. */
  end(now: boolean): void {
    this.#ended = true;
    const way = this.#way;
    if (now && way !== undefined && this.sounds) {
      const { currentTime } = way.context;
      way.cut.gain.setValueAtTime(1, currentTime).linearRampToValueAtTime(0, currentTime + CUT_S);
      for (const node of this.#playing) {
        node.onended = () => {
          node.disconnect();
        };
        node.stop(currentTime + CUT_S);
      }
      this.#playing.clear();
      setTimeout(
        () => {
          way.cut.disconnect();
        },
        CUT_S * 1_000 * 5,
      );
    } else if (!this.sounds) way?.cut.disconnect();
  }

  #fellSilent(): void {
    if (this.#ended) this.#way?.cut.disconnect();
    this.#quiet();
  }

  #open(into: AudioNode): Way {
    const { context } = into;
    const seam = new GainNode(context, { gain: 0 });
    const cut = new GainNode(context);
    seam.connect(cut).connect(into);
    const isConverted = context.sampleRate !== this.#sampleRate;
    return {
      context,
      seam,
      cut,
      resampler: isConverted ? new Resampler(this.#sampleRate, context.sampleRate) : undefined,
    };
  }
}

function fadeSamples(sampleRate: number): number {
  return Math.round(FADE_S * sampleRate);
}
