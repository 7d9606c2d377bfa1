// Audio to send: a tone, silence, or a file, as frames of 20 ms.

/** Length of one frame, in milliseconds. */
export const FRAME_MS = 20;
export const RATES = [16_000, 24_000, 48_000] as const;

export type Rate = (typeof RATES)[number];

/** The note A, which every telephone carries. */
const TONE_HZ = 440;
/** A quarter of full scale. */
const TONE_PEAK = 8_192;
const FULL_SCALE = 32_767;

export function tone(ms: number, rate: Rate): Int16Array {
  const turn = (2 * Math.PI * TONE_HZ) / rate;
  return Int16Array.from({ length: samplesIn(ms, rate) }, (_, place) => Math.round(TONE_PEAK * Math.sin(turn * place)));
}

export function silence(ms: number, rate: Rate): Int16Array {
  return new Int16Array(samplesIn(ms, rate));
}

/**
 * What a file sounds like, mixed to one channel at `rate`.
 *
 * @throws {DOMException} where the browser cannot read it as audio.
 */
export async function samplesOf(file: Blob, rate: Rate): Promise<Int16Array> {
  const audio = await new OfflineAudioContext(1, 1, rate).decodeAudioData(await file.arrayBuffer());
  const channels = Array.from({ length: audio.numberOfChannels }, (_, channel) => audio.getChannelData(channel));
  return Int16Array.from({ length: audio.length }, (_, place) => {
    const mixed = channels.reduce((sum, channel) => sum + (channel[place] ?? 0), 0) / channels.length;
    return Math.round(Math.max(-1, Math.min(1, mixed)) * FULL_SCALE);
  });
}

/** The last one may be shorter. */
export function framesOf(samples: Int16Array, rate: Rate): Int16Array[] {
  const size = samplesIn(FRAME_MS, rate);
  return Array.from({ length: Math.ceil(samples.length / size) }, (_, frame) =>
    samples.subarray(frame * size, (frame + 1) * size),
  );
}

function samplesIn(ms: number, rate: Rate): number {
  return Math.round((ms * rate) / 1_000);
}
