import { expect, test } from "vitest";
import { Resampler } from "./resampler.ts";

function tone(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));
}

function inBlocks(resampler: Resampler, signal: Float32Array, size: number): Float32Array {
  const blocks: number[] = [];
  for (let start = 0; start < signal.length; start += size) {
    blocks.push(...resampler.push(signal.subarray(start, start + size)));
  }
  return Float32Array.from(blocks);
}

/** Root of the mean square, without the first and last hundredth of a second. */
function loudness(signal: Float32Array, rate: number): number {
  const inner = signal.subarray(rate / 100, -rate / 100);
  return Math.sqrt(inner.reduce((sum, value) => sum + value * value, 0) / inner.length);
}

for (const [from, to] of [
  [48_000, 16_000],
  [44_100, 16_000],
  [8_000, 16_000],
  [16_000, 48_000],
  [24_000, 16_000],
] as const) {
  test(`from ${from} to ${to} Hz blocks of any size give the same sound, and a tone keeps its strength`, () => {
    const signal = tone(1_000, from, 0.5);
    const whole = new Resampler(from, to).push(signal);
    for (const size of [1, 20, 128, 333]) {
      expect(inBlocks(new Resampler(from, to), signal, size)).toEqual(whole);
    }
    expect(Math.abs(whole.length - 0.5 * to)).toBeLessThan(0.01 * to);
    expect(loudness(whole, to)).toBeCloseTo(Math.SQRT1_2, 2);
  });
}

test("what 16 kHz cannot carry is taken out, not folded down onto speech", () => {
  for (const hertz of [9_000, 12_000, 15_500]) {
    expect(loudness(new Resampler(48_000, 16_000).push(tone(hertz, 48_000, 0.5)), 16_000)).toBeLessThan(0.003);
  }
  expect(loudness(new Resampler(48_000, 16_000).push(tone(6_500, 48_000, 0.5)), 16_000)).toBeGreaterThan(0.69);
});
