// The microphone as a stream of 20 ms frames: which there are, and opening one.
import workletAddress from "./microphone-worklet.ts?worker&url";
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

export interface MicrophoneDevice {
  deviceId: string;
  /** Empty until the person has let the page use a microphone. */
  label: string;
}

export interface Microphone {
  readonly deviceId: string;
  readonly label: string;
  stop(): void;
}

export interface MicrophoneOptions {
  /** This one and no other; without it, the one the browser chooses. */
  deviceId?: string;
  /** Gets 320 samples at 16 kHz every 20 ms. */
  onFrame(samples: Int16Array): void;
  /** The device went away by itself; it is closed. */
  onLost(): void;
}

/** Outside a click, some browsers leave `resume()` unsettled for ever instead of refusing it. */
const RESUME_MS = 3_000;
/** Names of the browser's own choices in its list of devices; they are the same devices once more. */
const CHOICES: readonly string[] = ["", "default", "communications"];

/** The microphones of this device; before permission browsers tell little of them or nothing. */
export async function listMicrophones(): Promise<MicrophoneDevice[]> {
  const devices = (await mediaDevices()?.enumerateDevices()) ?? [];
  return devices
    .filter(({ kind, deviceId }) => kind === "audioinput" && !CHOICES.includes(deviceId))
    .map(({ deviceId, label }) => ({ deviceId, label }));
}

/** Calls `onChange` when a device is plugged in or out, until what is returned is called. */
export function watchMicrophones(onChange: () => void): () => void {
  const devices = mediaDevices();
  devices?.addEventListener("devicechange", onChange);
  return () => {
    devices?.removeEventListener("devicechange", onChange);
  };
}

/**
 * Opens the microphone; has to be called from a click.
 *
 * @throws {MicrophoneError}
 */
export async function openMicrophone(options: MicrophoneOptions): Promise<Microphone> {
  const stream = await capture(options.deviceId);
  let context: AudioContext | undefined;
  try {
    const { audio, source } = connect(stream);
    context = audio;
    await resume(context);
    await context.audioWorklet.addModule(workletAddress);
    const frames = new AudioWorkletNode(context, "microphone", { numberOfOutputs: 0, channelCount: 1 });
    frames.port.onmessage = ({ data }: MessageEvent<Int16Array>) => {
      options.onFrame(data);
    };
    source.connect(frames);
  } catch (cause) {
    close(stream, context);
    throw cause instanceof MicrophoneError ? cause : new MicrophoneError("failed", cause);
  }
  const opened = context;
  const [track] = stream.getAudioTracks();
  if (track?.readyState !== "live") {
    // Unplugged while it was opened: its `ended` came before anybody listened.
    close(stream, opened);
    throw new MicrophoneError("no_device");
  }
  track.onended = () => {
    close(stream, opened);
    options.onLost();
  };
  return {
    deviceId: track.getSettings().deviceId ?? "",
    label: track.label,
    stop: () => {
      close(stream, opened);
    },
  };
}

async function capture(deviceId: string | undefined): Promise<MediaStream> {
  const devices = mediaDevices();
  if (devices === undefined) throw new MicrophoneError("insecure");
  try {
    return await devices.getUserMedia({
      audio: {
        // Exact audio: recognizers are trained on it, and each of these filters takes away consonants.
        channelCount: 1,
        echoCancellation: false,
        noiseSuppression: false,
        autoGainControl: false,
        ...(deviceId === undefined || deviceId === "" ? {} : { deviceId: { exact: deviceId } }),
      },
    });
  } catch (cause) {
    throw new MicrophoneError(problemOf(cause), cause);
  }
}

function connect(stream: MediaStream): { audio: AudioContext; source: AudioNode } {
  const audio = new AudioContext({ sampleRate: SAMPLE_RATE });
  try {
    return { audio, source: audio.createMediaStreamSource(stream) };
  } catch {
    // Firefox does not convert a microphone's rate to the context's; then the worklet does.
    void audio.close();
  }
  const native = new AudioContext();
  return { audio: native, source: native.createMediaStreamSource(stream) };
}

async function resume(context: AudioContext): Promise<void> {
  let late: ReturnType<typeof setTimeout> | undefined;
  const tooLong = new Promise<false>((settle) => {
    late = setTimeout(() => {
      settle(false);
    }, RESUME_MS);
  });
  const resumed = await Promise.race([context.resume().then(() => true), tooLong]);
  clearTimeout(late);
  if (!resumed) throw new MicrophoneError("blocked");
}

function close(stream: MediaStream, context: AudioContext | undefined): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
  if (context !== undefined && context.state !== "closed") void context.close();
}

/** Absent outside a secure context (https or localhost), whatever the types say. */
function mediaDevices(): MediaDevices | undefined {
  return navigator.mediaDevices;
}

/** The names that browsers give a failed `getUserMedia` (W3C Media Capture and Streams, 10.2). */
function problemOf(cause: unknown): MicrophoneProblem {
  switch (cause instanceof DOMException ? cause.name : cause instanceof Error ? cause.constructor.name : "") {
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
