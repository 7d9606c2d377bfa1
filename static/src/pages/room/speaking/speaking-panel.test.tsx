// The panel as a person meets it, with Chromium's fake microphones, which beep.
import { act, fireEvent, screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { prefer } from "../../../app/preferences.ts";
import { makeStore } from "../../../app/store.ts";
import type { Store } from "../../../app/store.ts";
import { listMicrophones, peak, Player } from "../../../client/index.ts";
import { expectAccessible } from "../../../testing/accessible.ts";
import { renderPiece } from "../../../testing/rendering.tsx";
import { tone, wav } from "../../../testing/sound.ts";
import { SpeakingPanel } from "./speaking-panel.tsx";
import type { SpeakingPanelProps } from "./speaking-panel.tsx";

const PATIENCE = { timeout: 10_000 };

class Room {
  readonly sent: Int16Array[] = [];
  ends = 0;
  takes = true;
  readonly player = new Player(vi.fn());
  readonly store: Store = makeStore();
  readonly connection = {
    sendAudio: (samples: Int16Array) => {
      if (this.takes) this.sent.push(samples);
      return this.takes;
    },
    endUtterance: () => {
      this.ends += 1;
    },
  };

  panel(change: Partial<SpeakingPanelProps> = {}) {
    const { connection, player } = this;
    return (
      <SpeakingPanel {...{ connection, player, online: true, recognised: true, languageName: "English" }} {...change} />
    );
  }

  async show(change: Partial<SpeakingPanelProps> = {}, language: "en" | "es" = "en"): Promise<() => void> {
    const { unmount } = await renderPiece(this.panel(change), { store: this.store, language });
    return unmount;
  }

  /** Waits until something more than silence was sent. */
  async heard(): Promise<void> {
    const from = this.sent.length;
    await waitFor(() => {
      expect(this.sent.slice(from).some((frame) => peak(frame) > 0.05)).toBe(true);
    }, PATIENCE);
  }
}

function button(name: RegExp | string): HTMLElement {
  return screen.getByRole("button", { name });
}

async function openDevices(): Promise<void> {
  await userEvent.click(button("Microphone settings"));
  await userEvent.click(screen.getByRole("combobox", { name: "Device" }));
}

async function says(text: RegExp | string): Promise<void> {
  await screen.findByText(text, undefined, PATIENCE);
}

beforeEach(() => {
  vi.spyOn(HTMLElement.prototype, "setPointerCapture").mockImplementation(vi.fn());
});
afterEach(() => {
  vi.restoreAllMocks();
});

test("a press turns the microphone on, another one off, and each is told", async () => {
  const room = new Room();
  await room.show();
  expect(button("Microphone").getAttribute("aria-pressed")).toBe("false");
  await userEvent.click(button("Microphone"));
  await says("You are heard");
  expect(button("Microphone").getAttribute("aria-pressed")).toBe("true");
  await room.heard();
  const meter = screen.getByRole("meter", { name: "Microphone level" });
  await waitFor(() => {
    expect(Number(meter.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
  }, PATIENCE);
  await expectAccessible();
  await userEvent.click(button("Microphone"));
  await says("Microphone off");
  expect(room.ends).toBe(1);
  expect(screen.queryByRole("meter")).toBeNull();
});

test("muted, nothing is sent, and the level is still shown", async () => {
  const room = new Room();
  await room.show();
  await userEvent.click(button("Microphone"));
  await room.heard();
  await userEvent.click(button("Mute"));
  await says("Muted: nobody hears you");
  expect(button("Mute").getAttribute("aria-pressed")).toBe("true");
  expect(room.ends).toBe(1);
  const { length } = room.sent;
  const meter = screen.getByRole("meter");
  await waitFor(() => {
    expect(Number(meter.getAttribute("aria-valuenow"))).toBeGreaterThan(20);
  }, PATIENCE);
  expect(room.sent).toHaveLength(length);
  await userEvent.click(button("Mute"));
  await room.heard();
});

test("m turns the microphone on and off, but not while one types or has turned shortcuts off", async () => {
  const room = new Room();
  await renderPiece(
    <>
      <textarea aria-label="Write" />
      {room.panel()}
    </>,
    { store: room.store },
  );
  await userEvent.type(screen.getByRole("textbox"), "m");
  expect(screen.getByText("Microphone off")).toBeTruthy();
  await userEvent.click(document.body);
  await userEvent.keyboard("m");
  await says("You are heard");
  await userEvent.keyboard("m");
  await says("Microphone off");
  act(() => {
    room.store.dispatch(prefer({ shortcuts: false }));
  });
  await userEvent.keyboard("m");
  expect(screen.getByText("Microphone off")).toBeTruthy();
});

test("push to talk: only while the button is held, by pointer, key or screen reader, or the space bar", async () => {
  const room = new Room();
  await room.show();
  await userEvent.click(button("Microphone settings"));
  await userEvent.click(screen.getByRole("switch", { name: "Push to talk" }));
  expect(room.store.getState().preferences.pushToTalk).toBe(true);
  await expectAccessible();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  const hold = button("Hold to talk");
  const talks = async (): Promise<void> => {
    await says("You are heard");
    expect(hold.getAttribute("aria-pressed")).toBe("true");
    await room.heard();
  };
  const rests = async (): Promise<void> => {
    await says(/Hold the button or the space bar/u);
    const { length } = room.sent;
    await new Promise(requestAnimationFrame);
    expect(room.sent).toHaveLength(length);
  };
  fireEvent.pointerDown(hold, { button: 0 });
  await talks();
  fireEvent.pointerUp(hold);
  await rests();
  expect(room.ends).toBe(1);
  fireEvent.keyDown(hold, { key: "Enter" });
  await talks();
  fireEvent.keyUp(hold, { key: "Enter" });
  await rests();
  fireEvent.click(hold, { detail: 0 });
  await talks();
  fireEvent.click(hold, { detail: 0 });
  await rests();
  fireEvent.keyDown(document.body, { key: " " });
  fireEvent.keyDown(document.body, { key: " ", repeat: true });
  await talks();
  fireEvent.blur(window);
  await rests();
  expect(room.ends).toBe(4);
  // The right button opens a menu; the space bar on another button presses that.
  fireEvent.pointerDown(hold, { button: 2 });
  fireEvent.keyDown(button("Speak a file"), { key: " " });
  await rests();
  await expectAccessible();
  await userEvent.click(button("Turn the microphone off"));
  expect(screen.queryByRole("meter")).toBeNull();
});

test("the device is chosen by name, remembered, and changed while speaking", async () => {
  const room = new Room();
  const asked = vi.spyOn(navigator.mediaDevices, "getUserMedia");
  await room.show();
  await userEvent.click(button("Microphone"));
  await room.heard();
  const [, second] = await listMicrophones();
  await openDevices();
  await userEvent.click(await screen.findByRole("option", { name: second?.label ?? "" }));
  expect(room.store.getState().preferences.microphone).toBe(second?.deviceId);
  await waitFor(() => {
    expect(asked.mock.lastCall?.[0]?.audio).toMatchObject({ deviceId: { exact: second?.deviceId } });
  });
  await room.heard();
});

test("a device that is unplugged is told, and one that is plugged in appears in the list", async () => {
  const room = new Room();
  const tracks: MediaStreamTrack[] = [];
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockImplementation(async (wish) => {
    const stream = await real(wish);
    tracks.push(...stream.getTracks());
    return stream;
  });
  await room.show();
  await userEvent.click(button("Microphone"));
  await room.heard();
  act(() => {
    tracks[0]?.dispatchEvent(new Event("ended"));
  });
  await says(/The microphone is gone/u);
  const [known] = await navigator.mediaDevices.enumerateDevices();
  const plugged = { kind: "audioinput", deviceId: "new", label: "Headset", groupId: "", toJSON: () => known };
  vi.spyOn(navigator.mediaDevices, "enumerateDevices").mockResolvedValue([plugged as MediaDeviceInfo]);
  navigator.mediaDevices.dispatchEvent(new Event("devicechange"));
  await openDevices();
  expect(await screen.findByRole("option", { name: "Headset" })).toBeTruthy();
});

test("a remembered device that is not there is told, with what to do", async () => {
  const room = new Room();
  room.store.dispatch(prefer({ microphone: "gone-for-good" }));
  await room.show();
  await says("The microphone you chose is not there now.");
  await userEvent.click(button("Microphone"));
  await says(/Plug it in, or choose another one, and try again/u);
  await expectAccessible();
});

test("before permission devices have no names, and none is known to be gone", async () => {
  const room = new Room();
  room.store.dispatch(prefer({ microphone: "kept" }));
  vi.spyOn(navigator.mediaDevices, "enumerateDevices").mockResolvedValue([]);
  await room.show();
  await openDevices();
  expect(await screen.findByRole("option", { name: "The one chosen last" })).toBeTruthy();
  expect(screen.queryByText(/not there/u)).toBeNull();
});

test.each([
  ["NotAllowedError", /does not let this page use the microphone/u],
  ["NotFoundError", /No microphone was found/u],
  ["NotReadableError", /in use by another program/u],
  ["UnknownError", /could not be opened/u],
])("%s: what happened and what to do", async (name, text) => {
  const room = new Room();
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(new DOMException("no", name));
  await room.show();
  await userEvent.click(button("Microphone"));
  await says(text);
  expect(screen.getByRole("alert").textContent).toMatch(text);
  expect(button("Microphone").getAttribute("aria-pressed")).toBe("false");
});

test("a language that is not recognised: said, and nothing can be spoken", async () => {
  const room = new Room();
  await room.show({ recognised: false, languageName: "Klingon" });
  expect(screen.getByText(/Speech in Klingon is not recognised here\. You can type/u)).toBeTruthy();
  expect(button("Microphone")).toHaveProperty("disabled", true);
  expect(button("Speak a file")).toHaveProperty("disabled", true);
  await userEvent.keyboard("m");
  expect(screen.queryByRole("meter")).toBeNull();
  await expectAccessible();
});

test("without a connection it says that nobody hears", async () => {
  const room = new Room();
  await room.show({ online: false });
  await userEvent.click(button("Microphone"));
  await says("Not connected: nobody hears you just now");
});

test("when the panel goes, so does the microphone", async () => {
  const room = new Room();
  const stopped = vi.spyOn(MediaStreamTrack.prototype, "stop");
  const leave = await room.show();
  await userEvent.click(button("Microphone"));
  await room.heard();
  leave();
  expect(stopped).toHaveBeenCalled();
  expect(room.ends).toBe(1);
});

function recording(seconds: number, name = "minutes.wav"): File {
  return new File([wav(tone(440, 16_000, seconds), 16_000)], name, { type: "audio/wav" });
}

async function choose(file: File): Promise<void> {
  const input = document.querySelector("input[type=file]");
  if (!(input instanceof HTMLInputElement)) throw new Error("there is nothing to choose a file with");
  await userEvent.upload(input, file, { applyAccept: false });
}

test("a file is spoken instead of the microphone, and heard here", async () => {
  const room = new Room();
  const sound = vi.spyOn(room.player, "playOriginal");
  await room.show();
  await userEvent.click(button("Microphone"));
  await room.heard();
  await choose(recording(90));
  await says("This file is being spoken into the room");
  expect(room.ends, "what was said into the microphone is complete").toBe(1);
  expect(screen.getByText("minutes.wav")).toBeTruthy();
  expect(screen.getByText("The microphone is off meanwhile.")).toBeTruthy();
  expect(screen.queryByRole("button", { name: "Microphone" })).toBeNull();
  expect(screen.getByText(/0:\d\d of 1:30/u)).toBeTruthy();
  const progress = screen.getByRole("progressbar", { name: "Spoken so far" });
  await waitFor(() => {
    expect(Number(progress.getAttribute("aria-valuenow"))).toBeGreaterThan(0);
  }, PATIENCE);
  expect(sound).toHaveBeenCalledTimes(1);
  await expectAccessible();
});

test("a file is spoken to its end, which ends the utterance, and the microphone may be used again", async () => {
  const room = new Room();
  await room.show();
  await choose(recording(1.5));
  await waitFor(() => {
    expect(room.ends).toBe(1);
  }, PATIENCE);
  expect(room.sent.reduce((sum, { length }) => sum + length, 0)).toBe(24_000);
  await says("Microphone off");
  expect(button("Microphone")).toHaveProperty("disabled", false);
});

test("a file can be held, goes on, and can be stopped", async () => {
  const room = new Room();
  const sound = vi.spyOn(room.player, "playOriginal");
  await room.show();
  await choose(recording(60));
  await waitFor(() => {
    expect(room.sent.length).toBeGreaterThan(10);
  });
  await userEvent.click(button("Pause the file"));
  await says("Paused");
  const { length } = room.sent;
  await new Promise((settle) => setTimeout(settle, 100));
  expect(room.sent).toHaveLength(length);
  await userEvent.click(button("Go on with the file"));
  await waitFor(() => {
    expect(room.sent.length).toBeGreaterThan(length);
  });
  expect(sound.mock.lastCall?.[1], "it is heard from where it was held").toBeGreaterThan(0.09);
  await userEvent.click(button("Stop the file"));
  await says("Microphone off");
  expect(room.ends).toBe(1);
});

test("the keyboard stays in the panel when a file begins, when it is stopped, and when it cannot be read", async () => {
  const room = new Room();
  await room.show();
  const begin = async (file: File): Promise<void> => {
    act(() => {
      button("Speak a file").focus();
    });
    const input = document.querySelector("input[type=file]");
    if (!(input instanceof HTMLInputElement)) throw new Error("there is nothing to choose a file with");
    const chosen = new DataTransfer();
    chosen.items.add(file);
    input.files = chosen.files;
    fireEvent.change(input);
    await new Promise(requestAnimationFrame);
  };
  await begin(recording(60));
  await says("This file is being spoken into the room");
  await waitFor(() => {
    expect(document.activeElement).toBe(button("Pause the file"));
  });
  await userEvent.tab();
  expect(document.activeElement).toBe(button("Stop the file"));
  await userEvent.keyboard("{Enter}");
  await says("Microphone off");
  expect(document.activeElement).toBe(button("Microphone"));
  await begin(recording(1));
  await waitFor(() => {
    expect(room.ends).toBe(2);
  }, PATIENCE);
  await waitFor(() => {
    expect(document.activeElement).toBe(button("Microphone"));
  });
  await begin(new File(["dear all"], "letter.txt"));
  await says(/cannot be read as sound/u);
  expect(screen.getByRole("region", { name: "Speaking" }).contains(document.activeElement)).toBe(true);
});

test("whose keyboard is elsewhere keeps it there when a file begins", async () => {
  const room = new Room();
  await renderPiece(
    <>
      <textarea aria-label="Write" />
      {room.panel()}
    </>,
    { store: room.store },
  );
  await userEvent.click(screen.getByRole("textbox"));
  fireEvent(document.body, drag("drop", recording(60)));
  await says("This file is being spoken into the room");
  expect(document.activeElement).toBe(screen.getByRole("textbox"));
});

test("a file waits for a slow network, and says so", async () => {
  const room = new Room();
  room.takes = false;
  await room.show();
  await choose(recording(60));
  await says("The network is slow: waiting for it");
  room.takes = true;
  await says("This file is being spoken into the room");
});

test("offline, a file says that it waits for the connection", async () => {
  const room = new Room();
  room.takes = false;
  await room.show({ online: false });
  await choose(recording(60));
  await says("Not connected: waiting, and going on from here");
});

test("what is no sound is refused with what can be read", async () => {
  const room = new Room();
  await room.show();
  await choose(new File(["dear all"], "letter.txt"));
  await says(/“letter\.txt” cannot be read as sound\. WAV, MP3/u);
  await choose(new File([], "nothing.wav"));
  await says(/There is no sound in “nothing\.wav”/u);
  await expectAccessible();
});

function drag(kind: string, file: File): DragEvent {
  const dataTransfer = new DataTransfer();
  dataTransfer.items.add(file);
  return new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true });
}

test("a file dropped anywhere on the page is spoken, and the page stays", async () => {
  const room = new Room();
  await room.show();
  const file = recording(60, "dropped.wav");
  fireEvent(document.body, drag("dragover", file));
  await says("Drop the audio file to have it interpreted");
  fireEvent(document.body, new DragEvent("dragleave", { bubbles: true }));
  expect(screen.queryByText(/Drop the audio file/u)).toBeNull();
  const dropped = drag("drop", file);
  fireEvent(document.body, dropped);
  expect(dropped.defaultPrevented).toBe(true);
  await says("dropped.wav");
  fireEvent(document.body, new DragEvent("drop", { bubbles: true, cancelable: true }));
  expect(screen.getByText("dropped.wav")).toBeTruthy();
});

test("in Spanish too", async () => {
  const room = new Room();
  await room.show({}, "es");
  await userEvent.click(button("Micrófono"));
  await says("Se le oye");
});
