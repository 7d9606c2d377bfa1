// The microphone as a stream of 20 ms frames.
import { SAMPLE_RATE } from "./framing.ts";

/** Why there is no microphone. */
export type MicrophoneProblem = "refused" | "no_device" | "busy" | "insecure" | "blocked" | "failed";

export class MicrophoneError extends Error {
  readonly problem: MicrophoneProblem;

  constructor(problem: MicrophoneProblem, cause?: unknown) {
    super(`no microphone: ${problem}`, { cause });
    this.problem = problem;
  }
}

export interface Microphone {
  stop(): void;
}

/** Outside a click, some browsers leave `resume()` unsettled for ever instead of refusing it. */
const RESUME_MS = 3_000;
/** Hertz; keeps what a 16 kHz signal can carry when the browser insists on delivering more. */
const LOW_PASS_HZ = 7_000;

/**
 * Opens the microphone; has to be called from a click. `onFrame` gets 320 samples at 16 kHz every 20 ms, `onLost` is
 * called when the device goes away by itself.
 *
 * @throws {MicrophoneError}
 */
export async function openMicrophone(onFrame: (samples: Int16Array) => void, onLost: () => void): Promise<Microphone> {
  // Absent outside a secure context (https or localhost), whatever the types say.
  const devices = navigator.mediaDevices as MediaDevices | undefined;
  if (devices === undefined) throw new MicrophoneError("insecure");
  let stream: MediaStream;
  try {
    // Exact audio: recognizers are trained on it, and each of these filters takes away consonants.
    stream = await devices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: false, noiseSuppression: false, autoGainControl: false },
    });
  } catch (cause) {
    throw new MicrophoneError(problemOf(cause), cause);
  }
  let context: AudioContext | undefined;
  try {
    const { audio, source } = connect(stream);
    context = audio;
    await resume(context);
    await context.audioWorklet.addModule("/assets/microphone-worklet.js");
    const frames = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0, channelCount: 1 });
    frames.port.onmessage = (event: MessageEvent<Int16Array>) => {
      onFrame(event.data);
    };
    source.connect(frames);
  } catch (cause) {
    close(stream, context);
    throw cause instanceof MicrophoneError ? cause : new MicrophoneError("failed", cause);
  }
  const opened = context;
  for (const track of stream.getTracks()) {
    track.onended = () => {
      close(stream, opened);
      onLost();
    };
  }
  return {
    stop: () => {
      close(stream, opened);
    },
  };
}

/** The microphone's signal, free of what 16 kHz cannot carry. */
function connect(stream: MediaStream): { audio: AudioContext; source: AudioNode } {
  const audio = new AudioContext({ sampleRate: SAMPLE_RATE });
  try {
    return { audio, source: audio.createMediaStreamSource(stream) };
  } catch {
    // Firefox does not convert a microphone's rate to the context's; then the worklet does.
    void audio.close();
  }
  const native = new AudioContext();
  let source: AudioNode = native.createMediaStreamSource(stream);
  for (let stage = 0; stage < 2; stage += 1) {
    source = source.connect(new BiquadFilterNode(native, { type: "lowpass", frequency: LOW_PASS_HZ }));
  }
  return { audio: native, source };
}

async function resume(context: AudioContext): Promise<void> {
  const resumed = context.resume().then(() => true);
  const tooLong = new Promise<boolean>((settle) => {
    setTimeout(() => {
      settle(false);
    }, RESUME_MS);
  });
  if (!(await Promise.race([resumed, tooLong]))) throw new MicrophoneError("blocked");
}

function close(stream: MediaStream, context: AudioContext | undefined): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
  if (context !== undefined && context.state !== "closed") void context.close();
}

/** The names that browsers give a failed `getUserMedia` (W3C Media Capture and Streams, 10.2). */
function problemOf(cause: unknown): MicrophoneProblem {
  switch (cause instanceof DOMException ? cause.name : "") {
    case "NotAllowedError":
    case "SecurityError":
      return "refused";
    case "NotFoundError":
    case "OverconstrainedError":
      return "no_device";
    case "NotReadableError":
    case "AbortError":
      return "busy";
    default:
      return "failed";
  }
}
