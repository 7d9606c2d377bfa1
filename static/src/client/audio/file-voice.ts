// An audio file spoken into a room as if by a microphone: decoded by the browser, sent at the pace it is heard.
import { FRAME_SAMPLES, SAMPLE_RATE, toInt16 } from "./framing.ts";

/** Why a file cannot be spoken. */
export type FileVoiceProblem = "unreadable" | "empty" | "too_long";

export class FileVoiceError extends Error {
  readonly problem: FileVoiceProblem;

  constructor(problem: FileVoiceProblem, cause?: unknown) {
    super(`the file cannot be spoken: ${problem}`, { cause });
    this.problem = problem;
  }
}

export interface FileVoiceOptions {
  /** False: not sent. The file waits and the same samples are offered again. */
  send(samples: Int16Array): boolean;
  /** How much of the file has been sent. */
  onProgress(seconds: number): void;
  /** All was sent. Not called after `cancel`. */
  onEnd(): void;
  /** Sending does not work (any more), or works again. */
  onWaiting?(waiting: boolean): void;
}

/** Decoded, half an hour takes 115 MB, and a multiple of that while it is decoded. */
export const LONGEST_FILE_SECONDS = 30 * 60;
const TICK_MS = 20;
/**
 * The most that is sent in one go, 2 s of speech: as much as the connection holds, and far within the 4 MiB that the server
 * takes at once (docs/limits.md).
 */
const MOST_AT_ONCE = 2 * SAMPLE_RATE;
/** A hidden tab's timers may be seconds late, which is caught up with; a computer that slept has no hurry. */
const MOST_BEHIND = 10 * SAMPLE_RATE;
/** Between two reports of progress. */
const PROGRESS = SAMPLE_RATE / 10;

export class FileVoice {
  readonly buffer: AudioBuffer;
  readonly #samples: Float32Array;
  #options: FileVoiceOptions | undefined;
  /** How many samples were sent. */
  #sent = 0;
  #reported = 0;
  #waiting = false;
  /** By the page's clock, in milliseconds: when the first sample would have been due. */
  #startedAt = 0;
  #timer: ReturnType<typeof setInterval> | undefined;

  private constructor(buffer: AudioBuffer) {
    this.buffer = buffer;
    this.#samples = buffer.getChannelData(0);
  }

  /**
   * Decodes what the browser can decode: WAV, MP3, Ogg, FLAC, AAC in most.
   *
   * @throws {FileVoiceError}
   */
  static async open(file: Blob): Promise<FileVoice> {
    if (file.size === 0) throw new FileVoiceError("empty");
    if ((await announcedSeconds(file)) > LONGEST_FILE_SECONDS) throw new FileVoiceError("too_long");
    let decoded: AudioBuffer;
    try {
      decoded = await new OfflineAudioContext(1, 1, SAMPLE_RATE).decodeAudioData(await file.arrayBuffer());
    } catch (cause) {
      throw new FileVoiceError("unreadable", cause);
    }
    if (decoded.length === 0) throw new FileVoiceError("empty");
    if (decoded.duration > LONGEST_FILE_SECONDS) throw new FileVoiceError("too_long");
    return new FileVoice(mono(decoded));
  }

  get seconds(): number {
    return this.buffer.duration;
  }

  /** Begins to send, from the beginning. */
  play(options: FileVoiceOptions): void {
    this.cancel();
    this.#options = options;
    this.#sent = 0;
    this.#reported = 0;
    this.#waiting = false;
    this.resume();
  }

  pause(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Goes on where `pause` stopped. */
  resume(): void {
    if (this.#options === undefined || this.#timer !== undefined) return;
    this.#forgiveDelay(performance.now());
    this.#timer = setInterval(() => {
      this.#send();
    }, TICK_MS);
  }

  /** Ends for good. */
  cancel(): void {
    this.pause();
    this.#options = undefined;
  }

  #send(): void {
    const options = this.#options;
    if (options === undefined) return;
    const now = performance.now();
    const due = Math.floor(((now - this.#startedAt) * SAMPLE_RATE) / 1_000);
    const until = Math.min(due, this.#sent + MOST_AT_ONCE, this.#samples.length);
    let working: boolean | undefined;
    // Whole frames, but for the last.
    while (working !== false && this.#sent + Math.min(FRAME_SAMPLES, this.#samples.length - this.#sent) <= until) {
      const next = this.#samples.subarray(this.#sent, this.#sent + FRAME_SAMPLES);
      if (next.length === 0) break;
      working = options.send(Int16Array.from(next, toInt16));
      if (working) this.#sent += next.length;
      // Whoever sends may have paused or cancelled this.
      if (this.#options !== options || this.#timer === undefined) return;
    }
    if (working === false || due - this.#sent > MOST_BEHIND) this.#forgiveDelay(now);
    if (working === this.#waiting) {
      this.#waiting = !working;
      options.onWaiting?.(this.#waiting);
    }
    this.#report(options);
  }

  /** What is due now is the next sample: time lost is not caught up with. */
  #forgiveDelay(now: number): void {
    this.#startedAt = now - (this.#sent * 1_000) / SAMPLE_RATE;
  }

  #report(options: FileVoiceOptions): void {
    const ended = this.#sent === this.#samples.length;
    if (ended) this.cancel();
    if (ended || this.#sent - this.#reported >= PROGRESS) {
      this.#reported = this.#sent;
      options.onProgress(this.#sent / SAMPLE_RATE);
    }
    if (ended) options.onEnd();
  }
}

/**
 * The length that a file claims to have, in seconds; 0 where it does not say, or the browser does not tell. Known before
 * the whole file is decoded, which might take more memory than there is.
 */
async function announcedSeconds(file: Blob): Promise<number> {
  const address = URL.createObjectURL(file);
  const audio = new Audio();
  try {
    return await new Promise((settle) => {
      audio.onloadedmetadata = () => {
        settle(Number.isFinite(audio.duration) ? audio.duration : 0);
      };
      audio.onerror = () => {
        settle(0);
      };
      audio.preload = "metadata";
      audio.src = address;
    });
  } finally {
    audio.onerror = null;
    audio.removeAttribute("src");
    URL.revokeObjectURL(address);
  }
}

function mono(decoded: AudioBuffer): AudioBuffer {
  if (decoded.numberOfChannels === 1) return decoded;
  const mixed = new AudioBuffer({ length: decoded.length, sampleRate: decoded.sampleRate, numberOfChannels: 1 });
  const sum = mixed.getChannelData(0);
  for (let channel = 0; channel < decoded.numberOfChannels; channel += 1) {
    decoded.getChannelData(channel).forEach((sample, index) => {
      sum[index] = (sum[index] ?? 0) + sample / decoded.numberOfChannels;
    });
  }
  return mixed;
}
