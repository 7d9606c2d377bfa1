import { expect, test } from "vitest";
import { FRAME_SAMPLES, Framer, SAMPLE_RATE, peak } from "./framing.ts";

function sine(hertz: number, rate: number, seconds: number): Float32Array {
  return Float32Array.from({ length: rate * seconds }, (_, index) => Math.sin((2 * Math.PI * hertz * index) / rate));
}

function inBlocks(framer: Framer, signal: Float32Array, size: number): Int16Array {
  const samples: number[] = [];
  for (let start = 0; start < signal.length; start += size) {
    for (const frame of framer.push(signal.subarray(start, start + size))) {
      expect(frame.length).toBe(FRAME_SAMPLES);
      samples.push(...frame);
    }
  }
  return Int16Array.from(samples);
}

test("at 16 kHz every sample comes through as it is, whatever the blocks", () => {
  const signal = sine(440, SAMPLE_RATE, 1);
  const expected = Int16Array.from(signal, (value) => Math.round(value * 32_767));
  for (const size of [1, 128, 321, 4_000]) {
    expect(inBlocks(new Framer(SAMPLE_RATE), signal, size)).toEqual(expected);
  }
});

test("what is too loud is clipped, not wrapped around", () => {
  const [frame] = new Framer(SAMPLE_RATE).push(new Float32Array(FRAME_SAMPLES).fill(2).fill(-2, 100));
  expect(frame?.[0]).toBe(32_767);
  expect(frame?.[100]).toBe(-32_767);
});

for (const rate of [48_000, 44_100, 8_000]) {
  test(`a tone recorded at ${rate} Hz keeps its pitch, length and loudness`, () => {
    const heard = inBlocks(new Framer(rate), sine(500, rate, 2), 128);
    expect(Math.abs(heard.length - 2 * SAMPLE_RATE)).toBeLessThanOrEqual(FRAME_SAMPLES);
    let crossings = 0;
    for (let index = 1; index < heard.length; index += 1) {
      if ((heard[index - 1] ?? 0) < 0 && (heard[index] ?? 0) >= 0) crossings += 1;
    }
    expect(Math.abs(crossings - (500 * heard.length) / SAMPLE_RATE), `${crossings} periods`).toBeLessThanOrEqual(2);
    expect(peak(heard)).toBeGreaterThan(0.95);
  });
}

test("the peak is a share of full scale", () => {
  expect(peak(new Int16Array([0, 0]))).toBe(0);
  expect(peak(new Int16Array([3, -32_768]))).toBe(1);
});
