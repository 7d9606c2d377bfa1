// From one sample rate to another, piece by piece and without a seam: a windowed-sinc filter in as many phases as the two
// rates need. Pure.

/** Zero crossings of the sinc on each side: the more, the steeper the filter, and the later the sound (1 ms at 16 kHz). */
const CROSSINGS = 16;
/** Share of the lower rate's band that passes; the rest is the filter's slope. */
const PASS = 0.92;

export class Resampler {
  /** The filter for each place that an output sample can have between two input samples. */
  readonly #phases: readonly Float32Array[];
  readonly #taps: number;
  /** Both rates divided by what they have in common. */
  readonly #up: number;
  readonly #down: number;
  /** Input that is still needed; begins with silence, so that the first sample has a past. */
  #held: Float32Array;
  /** Where the next output sample lies: index of the first input sample it needs, and its phase. */
  #index = 0;
  #phase = 0;

  /** From and to in hertz. */
  constructor(from: number, to: number) {
    const common = greatestCommonDivisor(Math.round(from), Math.round(to));
    this.#up = Math.round(to) / common;
    this.#down = Math.round(from) / common;
    const cutoff = Math.min(1, this.#up / this.#down) * PASS;
    const half = Math.ceil(CROSSINGS / cutoff);
    this.#taps = 2 * half;
    this.#phases = Array.from({ length: this.#up }, (_, phase) => filter(cutoff, half, phase / this.#up));
    this.#held = new Float32Array(half - 1);
  }

  push(block: Float32Array): Float32Array<ArrayBuffer> {
    const input = new Float32Array(this.#held.length + block.length);
    input.set(this.#held);
    input.set(block, this.#held.length);
    const output = new Float32Array(Math.ceil(((input.length + 1) * this.#up) / this.#down));
    let count = 0;
    while (this.#index + this.#taps <= input.length) {
      const weights = this.#phases[this.#phase];
      let sum = 0;
      weights?.forEach((weight, tap) => {
        sum += weight * (input[this.#index + tap] ?? 0);
      });
      output[count] = sum;
      count += 1;
      this.#phase += this.#down;
      this.#index += Math.floor(this.#phase / this.#up);
      this.#phase %= this.#up;
    }
    // What lies before the next output's first sample is not needed any more; that may lie beyond what has come.
    const done = Math.min(this.#index, input.length);
    this.#held = input.slice(done);
    this.#index -= done;
    return output.slice(0, count);
  }
}

/** Weights for an output sample that lies `fraction` behind input sample `half - 1` of `2 * half`; they add up to 1. */
function filter(cutoff: number, half: number, fraction: number): Float32Array {
  const weights = Float32Array.from({ length: 2 * half }, (_, tap) => {
    const distance = tap - (half - 1) - fraction;
    // Hann's window: zero at both ends.
    const window = Math.abs(distance) >= half ? 0 : 0.5 + 0.5 * Math.cos((Math.PI * distance) / half);
    return window * sinc(cutoff * distance);
  });
  const sum = weights.reduce((total, weight) => total + weight, 0);
  return weights.map((weight) => weight / sum);
}

function sinc(value: number): number {
  return value === 0 ? 1 : Math.sin(Math.PI * value) / (Math.PI * value);
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}
