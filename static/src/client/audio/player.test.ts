// What is heard, sample by sample. Frames are handed over in one go, so that nothing hangs on how busy the machine is.
import { expect, test, vi } from "vitest";
import { largestStep, loudest, Recording, tone } from "../../testing/sound.ts";
import { SAMPLE_RATE } from "./framing.ts";
import { Player } from "./player.ts";
import type { AudioFrame } from "../protocol.ts";

const PATIENCE = { timeout: 15_000 };
/** Of a tone of 440 Hz at half of full scale and 16 kHz, the largest step is 0.0863. */
const STEP = 0.09;

async function ready(rate = SAMPLE_RATE): Promise<{ player: Player; silent: number[]; recording: Recording }> {
  const silent: number[] = [];
  const player = new Player((streamId) => silent.push(streamId), rate);
  player.allow();
  return { player, silent, recording: await Recording.of(player.output) };
}

function frames(streamId: number, samples: Int16Array, size = 320): AudioFrame[] {
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, sequence) => ({
    streamId,
    sequence,
    samples: samples.slice(sequence * size, (sequence + 1) * size),
  }));
}

function windows(samples: Float32Array, size: number): Float32Array[] {
  return Array.from({ length: Math.floor(samples.length / size) }, (_, place) =>
    samples.slice(place * size, (place + 1) * size),
  );
}

function playAll(player: Player, streamId: number, samples: Int16Array): void {
  player.start(streamId, SAMPLE_RATE);
  for (const frame of frames(streamId, samples)) player.play(frame);
  player.stop(streamId, false);
}

test("frames are heard as the one sound they were cut from: whole, and without a click", async () => {
  const { player, silent, recording } = await ready();
  const sound = tone(440, SAMPLE_RATE, 1);
  playAll(player, 7, sound);
  expect(silent, "it has not been played yet").toEqual([]);
  await vi.waitUntil(() => silent.includes(7), PATIENCE);
  await vi.waitUntil(() => recording.sounding.length > 15_900, PATIENCE);
  const heard = recording.sounding;
  expect(Math.abs(heard.length - sound.length)).toBeLessThan(6);
  expect(largestStep(heard)).toBeLessThan(STEP);
  // All but the fading at both ends is the very sound. The first sample of a sine is silent.
  const inner = heard.slice(100, -100);
  const shifts = [0, 1, 2, 3, 4].map((shift) =>
    inner.reduce(
      (most, sample, index) => Math.max(most, Math.abs(sample - (sound[index + 100 + shift] ?? 0) / 32_768)),
      0,
    ),
  );
  expect(Math.min(...shifts)).toBeLessThan(1e-4);
});

test("where frames were dropped, it fades instead of clicking", async () => {
  const { player, silent, recording } = await ready();
  player.start(1, SAMPLE_RATE);
  // At 410 Hz a frame ends 0.2 periods away from where it began, so a seam that is not one would show.
  const all = frames(1, tone(410, SAMPLE_RATE, 0.4));
  for (const frame of all) if (frame.sequence < 6 || frame.sequence > 11) player.play(frame);
  player.stop(1, false);
  await vi.waitUntil(() => silent.includes(1), PATIENCE);
  await vi.waitUntil(() => recording.sounding.length > 4_400, PATIENCE);
  expect(Math.abs(recording.sounding.length - 14 * 320)).toBeLessThan(6);
  expect(largestStep(recording.sounding)).toBeLessThan(STEP);
});

test("what comes late begins anew after a pause, without a click", async () => {
  const { player, silent, recording } = await ready();
  player.start(1, SAMPLE_RATE);
  const all = frames(1, tone(410, SAMPLE_RATE, 0.2));
  for (const frame of all.slice(0, 5)) player.play(frame);
  await vi.waitUntil(() => recording.sounding.length > 1_500, PATIENCE);
  const { context } = player.output ?? {};
  const now = context?.currentTime ?? 0;
  await vi.waitUntil(() => (context?.currentTime ?? 0) > now + 0.3, PATIENCE);
  for (const frame of all.slice(5)) player.play(frame);
  player.stop(1, false);
  await vi.waitUntil(() => silent.includes(1), PATIENCE);
  await vi.waitUntil(() => recording.sounding.length > 7_000, PATIENCE);
  expect(largestStep(recording.sounding)).toBeLessThan(STEP);
});

test("a stream that is cut off falls silent at once, without a click", async () => {
  const { player, silent, recording } = await ready();
  player.start(3, SAMPLE_RATE);
  for (const frame of frames(3, tone(440, SAMPLE_RATE, 5))) player.play(frame);
  await vi.waitUntil(() => recording.sounding.length > 3_000, PATIENCE);
  player.silence();
  expect(silent).toEqual([3]);
  const { context } = player.output ?? {};
  const now = context?.currentTime ?? 0;
  await vi.waitUntil(() => (context?.currentTime ?? 0) > now + 0.5, PATIENCE);
  expect(loudest(recording.samples.slice(-1_600))).toBe(0);
  expect(largestStep(recording.sounding)).toBeLessThan(STEP);
  player.play({ streamId: 3, sequence: 999, samples: tone(440, SAMPLE_RATE, 0.02) });
  expect(silent).toEqual([3]);
});

test("sentences that come at once are heard one after the other", async () => {
  const { player, silent, recording } = await ready();
  playAll(player, 1, tone(440, SAMPLE_RATE, 0.3));
  playAll(player, 2, tone(440, SAMPLE_RATE, 0.3));
  await vi.waitUntil(() => silent.length === 2, PATIENCE);
  expect(silent).toEqual([1, 2]);
  await vi.waitUntil(() => recording.sounding.length > 9_500, PATIENCE);
  expect(loudest(recording.sounding), "two at the same time would be twice as loud").toBeLessThan(0.51);
});

test("people who speak at the same time are heard at the same time", async () => {
  const { player, silent, recording } = await ready();
  player.start(1, SAMPLE_RATE);
  player.start(2, SAMPLE_RATE);
  // Of different pitch: two of one pitch silence each other where one begins half a period after the other.
  const [one, other] = [frames(1, tone(440, SAMPLE_RATE, 0.3)), frames(2, tone(550, SAMPLE_RATE, 0.3))];
  one.forEach((frame, place) => {
    player.play(frame);
    const second = other[place];
    if (second !== undefined) player.play(second);
  });
  player.stop(1, false);
  player.stop(2, false);
  await vi.waitUntil(() => silent.length === 2, PATIENCE);
  expect(recording.sounding.length).toBeLessThan(0.5 * SAMPLE_RATE);
  expect(loudest(recording.sounding)).toBeGreaterThan(0.6);
});

test("a stream of another rate is converted without seams", async () => {
  const { player, silent, recording } = await ready();
  player.start(1, 24_000);
  for (const frame of frames(1, tone(440, 24_000, 0.5), 480)) player.play(frame);
  player.stop(1, false);
  await vi.waitUntil(() => silent.includes(1), PATIENCE);
  await vi.waitUntil(() => recording.sounding.length > 7_800, PATIENCE);
  expect(Math.abs(recording.sounding.length - 8_000)).toBeLessThan(50);
  expect(largestStep(recording.sounding)).toBeLessThan(STEP);
});

test("an original gets quieter while a translation is heard, and comes back", async () => {
  const { player, silent, recording } = await ready();
  player.setDucking(0.25);
  const file = new AudioBuffer({ length: 6 * SAMPLE_RATE, sampleRate: SAMPLE_RATE });
  file.copyToChannel(
    Float32Array.from(tone(300, SAMPLE_RATE, 6), (sample) => sample / 32_768),
    0,
  );
  const original = player.playOriginal(file, 1);
  await vi.waitUntil(() => recording.sounding.length > 1_600, PATIENCE);
  expect(loudest(recording.samples.slice(-800))).toBeCloseTo(0.5, 1);
  // A translation of silence, so that what is heard is the original alone.
  playAll(player, 1, new Int16Array(SAMPLE_RATE));
  await vi.waitUntil(() => silent.includes(1), PATIENCE);
  await vi.waitUntil(() => loudest(recording.samples.slice(-800)) > 0.48, PATIENCE);
  expect(largestStep(recording.sounding), "the way down and up is no click").toBeLessThan(STEP);
  const quietest = Math.min(...windows(recording.sounding.slice(800), 800).map(loudest));
  expect(quietest, "a quarter of 0.5").toBeCloseTo(0.125, 2);
  original.stop();
  await vi.waitUntil(() => loudest(recording.samples.slice(-800)) === 0, PATIENCE);
  expect(largestStep(recording.sounding)).toBeLessThan(STEP);
});

test("a stream that is an original is ducked too; how far can be changed meanwhile", async () => {
  const { player, recording } = await ready();
  player.start(1, SAMPLE_RATE, "original");
  for (const frame of frames(1, tone(300, SAMPLE_RATE, 8))) player.play(frame);
  player.start(2, SAMPLE_RATE);
  for (const frame of frames(2, new Int16Array(6 * SAMPLE_RATE))) player.play(frame);
  const now = (): number => loudest(recording.samples.slice(-800));
  await vi.waitUntil(() => recording.sounding.length > 800 && Math.abs(now() - 0.1) < 0.01, PATIENCE);
  player.setDucking(0.6);
  await vi.waitUntil(() => Math.abs(now() - 0.3) < 0.01, PATIENCE);
  player.stop(2, true);
  await vi.waitUntil(() => now() > 0.48, PATIENCE);
  player.silence();
});

test("volume is that of translated voices; muting is of everything", async () => {
  const { player, recording } = await ready();
  player.setVolume(0.4);
  player.start(1, SAMPLE_RATE);
  for (const frame of frames(1, tone(440, SAMPLE_RATE, 8))) player.play(frame);
  const now = (): number => loudest(recording.samples.slice(-800));
  await vi.waitUntil(() => Math.abs(now() - 0.2) < 0.005, PATIENCE);
  player.setMuted(true);
  expect(player.muted).toBe(true);
  await vi.waitUntil(() => now() < 0.001, PATIENCE);
  player.setMuted(false);
  await vi.waitUntil(() => Math.abs(now() - 0.2) < 0.005, PATIENCE);
  player.silence();
});

test("muted before any sound is allowed, and a volume set then, hold", async () => {
  const player = new Player(vi.fn());
  player.setMuted(true);
  player.setVolume(0.5);
  expect(player.output).toBeUndefined();
  player.allow();
  const recording = await Recording.of(player.output);
  playAll(player, 1, tone(440, SAMPLE_RATE, 0.3));
  await vi.waitUntil(() => recording.samples.length > 4_000, PATIENCE);
  expect(loudest(recording.samples)).toBe(0);
});

test("hours of streams whose end never comes, and frames that nobody hears, do not pile up", async () => {
  const silent: number[] = [];
  const player = new Player((streamId) => silent.push(streamId));
  for (let streamId = 0; streamId < 100; streamId += 1) player.start(streamId, SAMPLE_RATE);
  expect(silent).toHaveLength(68);
  player.allow();
  const { context } = player.output ?? {};
  if (!(context instanceof AudioContext)) throw new Error("no context");
  await context.suspend();
  const made = vi.spyOn(AudioBufferSourceNode.prototype, "start");
  const long = tone(440, SAMPLE_RATE, 0.02);
  for (let sequence = 0; sequence < 4_000; sequence += 1) player.play({ streamId: 99, sequence, samples: long });
  expect(made.mock.calls.length, "30 s and no more").toBeLessThan(1_510);
  made.mockRestore();
  player.silence();
  await context.close();
});

test("closed, it gives the loudspeaker back, and may be allowed to sound again", async () => {
  const { player, silent } = await ready();
  const { context } = player.output ?? {};
  if (!(context instanceof AudioContext)) throw new Error("no context");
  const original = player.playOriginal(new AudioBuffer({ length: SAMPLE_RATE, sampleRate: SAMPLE_RATE }), 0);
  player.start(1, SAMPLE_RATE);
  for (const frame of frames(1, tone(440, SAMPLE_RATE, 8))) player.play(frame);
  player.close();
  expect(silent).toEqual([1]);
  expect(player.output).toBeUndefined();
  await vi.waitUntil(() => context.state === "closed", PATIENCE);
  original.stop();
  player.close();
  player.allow();
  const recording = await Recording.of(player.output);
  playAll(player, 2, tone(440, SAMPLE_RATE, 0.3));
  await vi.waitUntil(() => loudest(recording.samples) > 0.4, PATIENCE);
  player.close();
});
