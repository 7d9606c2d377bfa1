// From a microphone's blocks of any size to the protocol's frames: 20 ms of signed 16-bit samples at 16 kHz. Pure.
import { Resampler } from "./resampler.ts";

/** Hertz; what the session is configured to. */
export const SAMPLE_RATE = 16_000;
/** 20 ms at 16 kHz. */
export const FRAME_SAMPLES = 320;

/** Collects float samples in [-1, 1] that come at `sourceRate` hertz and hands out whole frames. */
export class Framer {
  readonly #resampler: Resampler | undefined;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;

  constructor(sourceRate: number) {
    this.#resampler = sourceRate === SAMPLE_RATE ? undefined : new Resampler(sourceRate, SAMPLE_RATE);
  }

  push(block: Float32Array): Int16Array<ArrayBuffer>[] {
    const frames: Int16Array<ArrayBuffer>[] = [];
    for (const sample of this.#resampler?.push(block) ?? block) {
      this.#frame[this.#filled] = toInt16(sample);
      this.#filled += 1;
      if (this.#filled === FRAME_SAMPLES) {
        frames.push(this.#frame);
        this.#frame = new Int16Array(FRAME_SAMPLES);
        this.#filled = 0;
      }
    }
    return frames;
  }
}

/** A sample in [-1, 1] as 16 bits; what is louder is clipped, not wrapped around. */
export function toInt16(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
}

/** The loudest sample as a share of full scale, 0 to 1. */
export function peak(samples: Int16Array): number {
  let loudest = 0;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  return Math.min(1, loudest / 32_767);
}
