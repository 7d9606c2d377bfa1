// What is sent and what is not, with a microphone in the test's hands.
import { beforeEach, expect, test, vi } from "vitest";
import { MicrophoneError } from "../../../client/index.ts";
import type { Microphone, MicrophoneOptions } from "../../../client/index.ts";
import { MicrophoneControl } from "./microphone-control.ts";

const devices = vi.hoisted(() => ({
  opened: [] as { options: MicrophoneOptions; stop: () => void }[],
  open: undefined as (() => Promise<void>) | undefined,
}));

vi.mock("../../../client/index.ts", async (original) => ({
  ...(await original<object>()),
  openMicrophone: async (options: MicrophoneOptions): Promise<Microphone> => {
    await devices.open?.();
    const device = { options, stop: vi.fn() };
    devices.opened.push(device);
    return { deviceId: options.deviceId ?? "", label: "test", stop: device.stop };
  },
}));

beforeEach(() => {
  devices.opened = [];
  devices.open = undefined;
});

class Person {
  readonly sent: number[] = [];
  ends = 0;
  readonly control = new MicrophoneControl({
    sendAudio: (samples) => this.sent.push(samples[0] ?? 0) > 0,
    endUtterance: () => {
      this.ends += 1;
    },
  });

  /** So many frames of this loudness come from the newest device. */
  says(level: number, count = 1): void {
    for (let frame = 0; frame < count; frame += 1) {
      devices.opened.at(-1)?.options.onFrame(new Int16Array(320).fill(Math.round(level * 32_767)));
    }
  }

  get hint(): unknown {
    return this.control.getView().hint;
  }
}

test("on, every frame is sent; off, the device is let go and the utterance ended", async () => {
  const person = new Person();
  await person.control.turnOn("usb");
  expect(devices.opened[0]?.options.deviceId).toBe("usb");
  person.says(0.5, 3);
  expect(person.sent).toHaveLength(3);
  expect(person.ends).toBe(0);
  person.control.turnOff();
  person.says(0.5);
  expect([person.sent.length, person.ends, person.control.getView().phase]).toEqual([3, 1, "off"]);
  expect(devices.opened[0]?.stop).toHaveBeenCalledTimes(1);
});

test("muted, levels still come and nothing is sent", async () => {
  const person = new Person();
  const levels: number[] = [];
  const stop = person.control.onLevel((level) => levels.push(level));
  await person.control.turnOn("");
  person.control.mute(true);
  person.says(0.5, 2);
  expect([person.sent.length, levels.length, person.ends]).toEqual([0, 2, 1]);
  person.control.mute(false);
  stop();
  person.says(0.5);
  expect([person.sent.length, levels.length]).toEqual([1, 2]);
});

test("muted, another device is muted as well; turned on anew, it is heard", async () => {
  const person = new Person();
  await person.control.turnOn("first");
  person.control.mute(true);
  const replacing = person.control.turnOn("second");
  await person.control.turnOn("third");
  await replacing;
  person.says(0.5, 2);
  expect([person.sent.length, person.control.getView().muted]).toEqual([0, true]);
  person.control.turnOff();
  await person.control.turnOn("third");
  person.says(0.5, 2);
  expect([person.sent.length, person.control.getView().muted]).toEqual([2, false]);
});

test("with push to talk, only what is said while the button is held is sent", async () => {
  const person = new Person();
  person.control.setPushToTalk(true);
  await person.control.turnOn("");
  person.says(0.5, 5);
  person.control.hold(true);
  person.says(0.5, 2);
  person.control.hold(false);
  person.says(0.5, 5);
  expect([person.sent.length, person.ends]).toEqual([2, 1]);
});

test("a device that goes away leaves nothing on, and the next one may be opened", async () => {
  const person = new Person();
  await person.control.turnOn("usb");
  devices.opened[0]?.options.onLost();
  expect(person.control.getView()).toMatchObject({ phase: "lost", problem: undefined });
  expect(person.ends).toBe(1);
  await person.control.turnOn("");
  expect(person.control.getView().phase).toBe("on");
});

test("what comes too late counts no more: an opening that was overtaken, and its device", async () => {
  const person = new Person();
  let open: () => void = vi.fn();
  devices.open = () => new Promise((settle) => (open = settle));
  const slow = person.control.turnOn("slow");
  expect(person.control.getView().phase).toBe("opening");
  person.control.turnOff();
  open();
  await slow;
  expect(person.control.getView().phase).toBe("off");
  expect(devices.opened[0]?.stop).toHaveBeenCalledTimes(1);

  devices.open = undefined;
  await person.control.turnOn("first");
  const first = devices.opened.at(-1);
  await person.control.turnOn("second");
  first?.options.onFrame(new Int16Array(320));
  first?.options.onLost();
  expect(person.sent).toHaveLength(0);
  expect(person.control.getView().phase).toBe("on");
});

test("why it does not open is told, unless nobody waits for it any more", async () => {
  const person = new Person();
  devices.open = () => Promise.reject(new MicrophoneError("busy"));
  await person.control.turnOn("");
  expect(person.control.getView()).toMatchObject({ phase: "off", problem: "busy" });
  devices.open = () => Promise.reject(new Error("something else"));
  await person.control.turnOn("");
  expect(person.control.getView().problem).toBe("failed");
  const late = person.control.turnOn("");
  person.control.turnOff();
  await late;
  expect(person.control.getView().problem).toBeUndefined();
});

test("hardly anything heard is told after five seconds, and not once speech was heard", async () => {
  const person = new Person();
  await person.control.turnOn("");
  person.says(0.01, 249);
  expect(person.hint).toBeUndefined();
  person.says(0.01, 2);
  expect(person.hint).toBe("quiet");
  person.says(0.2);
  expect(person.hint).toBeUndefined();
  person.says(0, 1_000);
  expect(person.hint).toBeUndefined();
});

test("speech that is cut off is told for a while; one loud moment is not", async () => {
  const person = new Person();
  await person.control.turnOn("");
  person.says(1, 2);
  person.says(0.3, 200);
  expect(person.hint).toBeUndefined();
  person.says(1, 5);
  expect(person.hint).toBe("clipping");
  person.says(0.3, 250);
  expect(person.hint).toBeUndefined();
});

test("another connection is spoken to from now on", async () => {
  const person = new Person();
  await person.control.turnOn("");
  const sendAudio = vi.fn(() => true);
  person.control.speakTo({ sendAudio, endUtterance: vi.fn() });
  person.says(0.5);
  expect([person.sent.length, sendAudio.mock.calls.length]).toEqual([0, 1]);
});
