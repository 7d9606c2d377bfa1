// Against Chromium's fake devices, which beep, and with a browser that refuses as browsers do.
import { afterEach, expect, test, vi } from "vitest";
import { peak } from "./framing.ts";
import { listMicrophones, MicrophoneError, openMicrophone, watchMicrophones } from "./microphone.ts";
import type { Microphone, MicrophoneOptions } from "./microphone.ts";

const opened: Microphone[] = [];

afterEach(() => {
  vi.restoreAllMocks();
  for (const microphone of opened.splice(0)) microphone.stop();
});

async function open(
  options: Partial<MicrophoneOptions> = {},
): Promise<{ microphone: Microphone; heard: Int16Array[] }> {
  const heard: Int16Array[] = [];
  const microphone = await openMicrophone({ onFrame: (samples) => heard.push(samples), onLost: vi.fn(), ...options });
  opened.push(microphone);
  return { microphone, heard };
}

async function problem(options: Partial<MicrophoneOptions> = {}): Promise<unknown> {
  return open(options).then(
    () => "none",
    (error: unknown) => (error instanceof MicrophoneError ? error.problem : error),
  );
}

test("the beeps of the device arrive in frames of 20 ms", async () => {
  const { microphone, heard } = await open();
  await vi.waitUntil(() => heard.some((frame) => peak(frame) > 0.05), { timeout: 10_000 });
  expect(new Set(heard.map(({ length }) => length))).toEqual(new Set([320]));
  expect(microphone.label).not.toBe("");
});

test("a browser that insists on 48 kHz is brought down to 16 kHz", async () => {
  const contexts = vi.spyOn(AudioContext.prototype, "createMediaStreamSource").mockImplementationOnce(() => {
    throw new DOMException("rates differ", "NotSupportedError");
  });
  const { heard } = await open();
  await vi.waitUntil(() => heard.some((frame) => peak(frame) > 0.05), { timeout: 10_000 });
  expect(contexts).toHaveBeenCalledTimes(2);
});

test("exactly the device that was chosen is opened", async () => {
  const devices = await listMicrophones();
  expect(devices.length).toBeGreaterThan(1);
  expect(devices.every(({ deviceId, label }) => deviceId !== "default" && label !== "")).toBe(true);
  const [, second] = devices;
  const { microphone } = await open({ deviceId: second?.deviceId ?? "" });
  expect(microphone.deviceId).toBe(second?.deviceId);
  expect(await problem({ deviceId: "a-device-that-is-gone" })).toBe("no_device");
});

test("nothing is done to the sound: echo, noise and gain stay as they are", async () => {
  const asked = vi.spyOn(navigator.mediaDevices, "getUserMedia");
  await open();
  expect(asked.mock.lastCall?.[0]?.audio).toEqual({
    channelCount: 1,
    echoCancellation: false,
    noiseSuppression: false,
    autoGainControl: false,
  });
});

test.each([
  ["NotAllowedError", "refused"],
  ["NotFoundError", "no_device"],
  ["NotReadableError", "busy"],
  ["UnknownError", "failed"],
])("%s is told as %s", async (name, expected) => {
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(new DOMException("no", name));
  expect(await problem()).toBe(expected);
});

test("a page that is not secure is told as such, and lists nothing", async () => {
  vi.spyOn(navigator, "mediaDevices", "get").mockReturnValue(undefined as unknown as MediaDevices);
  expect(await problem()).toBe("insecure");
  expect(await listMicrophones()).toEqual([]);
  watchMicrophones(vi.fn())();
});

test("a browser that will not start the sound is told, and the device let go", async () => {
  vi.spyOn(AudioContext.prototype, "resume").mockReturnValue(new Promise(vi.fn()));
  const stopped = vi.spyOn(MediaStreamTrack.prototype, "stop");
  expect(await problem()).toBe("blocked");
  expect(stopped).toHaveBeenCalled();
});

test("a device that goes away is told, once, and one that was stopped is not", async () => {
  const tracks: MediaStreamTrack[] = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockImplementation(async (wish) => {
    const stream = await real(wish);
    tracks.push(...stream.getTracks());
    return stream;
  });
  const onLost = vi.fn();
  const { microphone } = await open({ onLost });
  tracks[0]?.dispatchEvent(new Event("ended"));
  tracks[0]?.dispatchEvent(new Event("ended"));
  expect(onLost).toHaveBeenCalledTimes(1);
  microphone.stop();
  const second = await open({ onLost });
  second.microphone.stop();
  tracks[1]?.dispatchEvent(new Event("ended"));
  expect(onLost).toHaveBeenCalledTimes(1);
  expect(tracks.every(({ readyState }) => readyState === "ended")).toBe(true);
});

test("devices that come and go are noticed until nobody wants to know", () => {
  const onChange = vi.fn();
  const stop = watchMicrophones(onChange);
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  stop();
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  expect(onChange).toHaveBeenCalledTimes(1);
});
