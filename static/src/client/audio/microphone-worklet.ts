// Runs in the audio thread: cuts what the microphone delivers into frames and posts them to the page.
import { Framer } from "./framing.ts";

// TypeScript's DOM library does not describe the scope in which worklets run.
declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class MicrophoneProcessor extends AudioWorkletProcessor {
  readonly #framer = new Framer(sampleRate);

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel !== undefined) {
      for (const frame of this.#framer.push(channel)) this.port.postMessage(frame, [frame.buffer]);
    }
    return true;
  }
}

registerProcessor("microphone", MicrophoneProcessor);
