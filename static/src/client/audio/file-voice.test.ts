import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { tone, wav } from "../../testing/sound.ts";
import { FileVoice, FileVoiceError, LONGEST_FILE_SECONDS } from "./file-voice.ts";

/** Each sample is its own number, so that what was sent tells its order. */
function counted(seconds: number): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: 16_000 * seconds }, (_, index) => index % 30_000);
}

async function problem(file: Blob): Promise<unknown> {
  return FileVoice.open(file).then(
    () => "none",
    (error: unknown) => (error instanceof FileVoiceError ? error.problem : error),
  );
}

class Listener {
  readonly sent: number[] = [];
  readonly progress: number[] = [];
  readonly waiting: boolean[] = [];
  ended = 0;
  open = true;
  readonly options = {
    send: (samples: Int16Array) => {
      if (this.open) this.sent.push(...samples);
      return this.open;
    },
    onProgress: (seconds: number) => this.progress.push(seconds),
    onEnd: () => {
      this.ended += 1;
    },
    onWaiting: (waiting: boolean) => this.waiting.push(waiting),
  };

  /** Seconds sent. */
  get seconds(): number {
    return this.sent.length / 16_000;
  }
}

function expectInOrder(sent: readonly number[], original: Int16Array): void {
  // Decoding to float and back may round by one.
  expect(sent.findIndex((sample, index) => Math.abs(sample - (original[index] ?? -99)) > 1)).toBe(-1);
}

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setInterval", "clearInterval", "performance"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("all samples are sent, in order, at the pace of speech", async () => {
  const samples = counted(2.01);
  const voice = await FileVoice.open(wav(samples, 16_000));
  expect(voice.seconds).toBeCloseTo(2.01);
  const listener = new Listener();
  voice.play(listener.options);
  vi.advanceTimersByTime(1_000);
  expect(listener.seconds).toBeCloseTo(1, 1);
  expect(listener.ended).toBe(0);
  vi.advanceTimersByTime(1_100);
  expect(listener.sent).toHaveLength(samples.length);
  expectInOrder(listener.sent, samples);
  expect(listener.ended).toBe(1);
  expect(listener.progress.at(-1)).toBeCloseTo(2.01);
  expect(listener.progress.length, "about ten a second").toBeLessThan(25);
});

test("a pause holds it, and it goes on where it was", async () => {
  const samples = counted(2);
  const voice = await FileVoice.open(wav(samples, 16_000));
  const listener = new Listener();
  voice.play(listener.options);
  vi.advanceTimersByTime(500);
  voice.pause();
  const { seconds } = listener;
  vi.advanceTimersByTime(60_000);
  expect(listener.seconds).toBe(seconds);
  voice.resume();
  voice.resume();
  vi.advanceTimersByTime(500);
  expect(listener.seconds).toBeCloseTo(1, 1);
  vi.advanceTimersByTime(1_100);
  expectInOrder(listener.sent, samples);
  expect(listener.sent).toHaveLength(samples.length);
});

test("refused samples are offered again, and the time lost is not caught up with", async () => {
  const samples = counted(3);
  const voice = await FileVoice.open(wav(samples, 16_000));
  const listener = new Listener();
  voice.play(listener.options);
  vi.advanceTimersByTime(500);
  listener.open = false;
  vi.advanceTimersByTime(30_000);
  expect(listener.waiting).toEqual([true]);
  listener.open = true;
  vi.advanceTimersByTime(500);
  expect(listener.waiting).toEqual([true, false]);
  expect(listener.seconds).toBeCloseTo(1, 1);
  vi.advanceTimersByTime(2_100);
  expectInOrder(listener.sent, samples);
  expect(listener.ended).toBe(1);
});

test("late timers are caught up with, in goes of two seconds at most", async () => {
  const samples = counted(30);
  const voice = await FileVoice.open(wav(samples, 16_000));
  const listener = new Listener();
  voice.play(listener.options);
  const late = (milliseconds: number): number => {
    const before = listener.seconds;
    const now = performance.now();
    vi.spyOn(performance, "now").mockReturnValue(now + milliseconds);
    vi.advanceTimersByTime(20);
    return listener.seconds - before;
  };
  expect(late(1_000)).toBeCloseTo(1, 1);
  expect(late(5_000)).toBeCloseTo(2, 1);
  expect(late(0)).toBeCloseTo(2, 1);
  expect(late(0)).toBeCloseTo(1, 1);
  expect(late(600_000), "asleep for ten minutes").toBeCloseTo(2, 1);
  expect(late(0)).toBe(0);
  voice.cancel();
  vi.restoreAllMocks();
});

test("what is cancelled ends without saying so, and may be played again", async () => {
  const voice = await FileVoice.open(wav(counted(1), 16_000));
  const [first, second] = [new Listener(), new Listener()];
  voice.play(first.options);
  vi.advanceTimersByTime(200);
  voice.cancel();
  voice.resume();
  vi.advanceTimersByTime(5_000);
  expect(first.seconds).toBeLessThan(0.3);
  expect(first.ended).toBe(0);
  voice.play(second.options);
  vi.advanceTimersByTime(1_100);
  expect([second.seconds, second.ended]).toEqual([1, 1]);
});

test("whoever sends may stop it in between", async () => {
  const voice = await FileVoice.open(wav(counted(1), 16_000));
  const listener = new Listener();
  voice.play({
    ...listener.options,
    send: (samples) => {
      listener.sent.push(...samples);
      voice.pause();
      return true;
    },
  });
  vi.advanceTimersByTime(500);
  expect(listener.sent).toHaveLength(320);
});

test("a file of any rate and channels becomes 16 kHz in one", async () => {
  const voice = await FileVoice.open(wav(tone(440, 44_100, 1), 44_100, 2));
  expect([voice.buffer.sampleRate, voice.buffer.numberOfChannels]).toEqual([16_000, 1]);
  expect(voice.seconds).toBeCloseTo(1, 2);
  const loudest = voice.buffer.getChannelData(0).reduce((most, sample) => Math.max(most, sample), 0);
  expect(loudest).toBeCloseTo(0.5, 1);
});

test("what cannot be spoken is told", async () => {
  expect(await problem(new Blob([]))).toBe("empty");
  expect(await problem(new Blob(["minutes of the meeting"]))).toBe("unreadable");
  const long = new Int16Array((LONGEST_FILE_SECONDS + 1) * 8_000);
  expect(await problem(wav(long, 8_000))).toBe("too_long");
});
