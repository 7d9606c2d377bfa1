// Sound for tests: tones, WAV files made of samples, and a recorder of what a player lets be heard, sample by sample.

export function tone(hertz: number, rate: number, seconds: number, amplitude = 0.5): Int16Array<ArrayBuffer> {
  return Int16Array.from({ length: Math.round(rate * seconds) }, (_, index) =>
    Math.round(32_767 * amplitude * Math.sin((2 * Math.PI * hertz * index) / rate)),
  );
}

/** A WAV file of these samples, in one channel or the same in each of several. */
export function wav(samples: Int16Array, rate: number, channels = 1): Blob {
  const body = new Int16Array(samples.length * channels);
  samples.forEach((sample, index) => body.fill(sample, index * channels, (index + 1) * channels));
  const header = new DataView(new ArrayBuffer(44));
  const words: [number, string | number, 2 | 4][] = [
    [0, "RIFF", 4],
    [4, 36 + body.byteLength, 4],
    [8, "WAVE", 4],
    [12, "fmt ", 4],
    [16, 16, 4],
    [20, 1, 2],
    [22, channels, 2],
    [24, rate, 4],
    [28, rate * channels * 2, 4],
    [32, channels * 2, 2],
    [34, 16, 2],
    [36, "data", 4],
    [40, body.byteLength, 4],
  ];
  for (const [at, value, bytes] of words) {
    if (typeof value === "string") new Uint8Array(header.buffer).set(new TextEncoder().encode(value), at);
    else if (bytes === 2) header.setUint16(at, value, true);
    else header.setUint32(at, value, true);
  }
  return new Blob([header, body], { type: "audio/wav" });
}

const RECORDER = `registerProcessor("recorder", class extends AudioWorkletProcessor {
  process([[channel]]) {
    this.port.postMessage(channel === undefined ? new Float32Array(128) : channel.slice());
    return true;
  }
});`;

/** Every sample that comes out of a node from now on. */
export class Recording {
  readonly #blocks: Float32Array[] = [];

  static async of(output: AudioNode | undefined): Promise<Recording> {
    if (output === undefined) throw new Error("there is no sound yet");
    const module = URL.createObjectURL(new Blob([RECORDER], { type: "text/javascript" }));
    await output.context.audioWorklet.addModule(module);
    const node = new AudioWorkletNode(output.context, "recorder", { channelCount: 1, channelCountMode: "explicit" });
    const recording = new Recording();
    node.port.onmessage = ({ data }: MessageEvent<Float32Array>) => {
      recording.#blocks.push(data);
    };
    output.connect(node);
    return recording;
  }

  get samples(): Float32Array {
    const samples = new Float32Array(this.#blocks.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const block of this.#blocks) {
      samples.set(block, at);
      at += block.length;
    }
    return samples;
  }

  /** From the first sample that is not silent to the last. */
  get sounding(): Float32Array {
    const { samples } = this;
    const from = samples.findIndex((sample) => sample !== 0);
    return from < 0 ? new Float32Array(0) : samples.slice(from, samples.findLastIndex((sample) => sample !== 0) + 1);
  }
}

/** The largest step from one sample to the next: of a click, far more than of any tone. */
export function largestStep(samples: Float32Array): number {
  let largest = 0;
  for (let index = 1; index < samples.length; index += 1) {
    largest = Math.max(largest, Math.abs((samples[index] ?? 0) - (samples[index - 1] ?? 0)));
  }
  return largest;
}

export function loudest(samples: Float32Array): number {
  return samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
}
