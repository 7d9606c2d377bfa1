// From a microphone's blocks of any size to the protocol's frames: 20 ms of signed 16-bit samples at 16 kHz. Pure.

/** Hertz; what the session is configured to. */
export const SAMPLE_RATE = 16_000;
/** 20 ms at 16 kHz. */
export const FRAME_SAMPLES = 320;

/**
 * Collects float samples in [-1, 1] and hands out whole frames.
 *
 * Browsers that cannot open a microphone at 16 kHz deliver `sourceRate`; it is brought down by linear interpolation,
 * and the caller filters out what lies above 8 kHz beforehand.
 */
export class Framer {
  readonly #step: number;
  /** Where the next output sample lies, in input samples after `#previous`. */
  #position = 1;
  #previous = 0;
  #frame = new Int16Array(FRAME_SAMPLES);
  #filled = 0;

  constructor(sourceRate: number) {
    this.#step = sourceRate / SAMPLE_RATE;
  }

  push(block: Float32Array): Int16Array[] {
    const frames: Int16Array[] = [];
    for (const sample of block) {
      while (this.#position <= 1) {
        const value = this.#previous + (sample - this.#previous) * this.#position;
        this.#frame[this.#filled] = toInt16(value);
        this.#filled += 1;
        if (this.#filled === FRAME_SAMPLES) {
          frames.push(this.#frame);
          this.#frame = new Int16Array(FRAME_SAMPLES);
          this.#filled = 0;
        }
        this.#position += this.#step;
      }
      this.#position -= 1;
      this.#previous = sample;
    }
    return frames;
  }
}

function toInt16(value: number): number {
  return Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
}

/** The loudest sample as a share of full scale, 0 to 1. */
export function peak(samples: Int16Array): number {
  let loudest = 0;
  for (const sample of samples) loudest = Math.max(loudest, Math.abs(sample));
  return Math.min(1, loudest / 32_767);
}
