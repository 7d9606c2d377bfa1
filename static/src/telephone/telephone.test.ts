// The telephone with a fake microphone and a fake emulator: what is shown, what is sent, and what is heard.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { expectAccessible } from "../testing/accessible.ts";
import { FakeServer } from "../testing/fake-server.ts";
import type { FakeSocket } from "../testing/fake-server.ts";
import { Telephone } from "./telephone.ts";
import { language, TEXTS } from "./texts.ts";
import { View } from "./view.ts";

const PATIENCE = { timeout: 15_000 };

let server: FakeServer;
let telephone: Telephone;
let view: View;

beforeEach(() => {
  server = new FakeServer({});
  telephone = new Telephone("ws://127.0.0.1/line", () => {
    view.show();
  });
  view = new View(telephone, TEXTS.en);
  document.body.append(view.root);
  telephone.open();
});

afterEach(() => {
  telephone.close();
  view.root.remove();
  vi.unstubAllGlobals();
});

function accepted(more: Record<string, unknown> = {}): FakeSocket {
  const { socket } = server;
  socket.accepts();
  socket.says({ type: "hello", number: "+18005550100", events: true, ring_seconds: 30, time_scale: 1, ...more });
  return socket;
}

const shown = (role: string): string => view.root.querySelector(`[role=${role}]`)?.textContent ?? "";

function named(name: string): HTMLButtonElement {
  const found = [...view.root.querySelectorAll("button")].find(({ textContent }) => textContent === name);
  if (found === undefined) throw new Error(`there is no button ${name}`);
  return found;
}

function live(socket: FakeSocket, media = "active"): void {
  const legs = [{ state: "connected", media }];
  const call = { id: "call-1", state: "live", from: "4:+14255550123", to: "4:+18005550100", legs };
  socket.says({ type: "call", call });
}

const frames = (socket: FakeSocket): ArrayBuffer[] => socket.heard.filter((each) => each instanceof ArrayBuffer);

async function calling(socket: FakeSocket): Promise<void> {
  const before = socket.messages.length;
  named("Call").click();
  await vi.waitUntil(() => socket.messages.slice(before).some(({ type }) => type === "call"), PATIENCE);
}

test("a call goes from ringing to talking to its end, and only what is said in it is sent", async () => {
  expect(shown("status")).toMatch(/Looking/u);
  expect(named("Call").disabled).toBe(true);
  const socket = accepted();
  expect(shown("status")).toBe("Ready to call.");
  await expectAccessible();
  await calling(socket);
  expect(socket.messages).toContainEqual({ type: "call", to: "+18005550100", from: "+14255550123", name: "" });
  expect(shown("status")).toMatch(/Ringing/u);
  expect(document.activeElement).toBe(named("Hang up"));
  live(socket, "inactive");
  expect(shown("status")).toMatch(/Answered/u);
  live(socket);
  expect(shown("status")).toMatch(/Connected/u);
  await vi.waitUntil(() => frames(socket).length > 5, PATIENCE);
  expect(new Set(frames(socket).map(({ byteLength }) => byteLength))).toEqual(new Set([640]));
  socket.says({ type: "happening", at: 3.25, what: "leg 1 is connected" });
  socket.says({ type: "happening", at: 4, what: "leg 1: socket 1 is open" });
  expect(view.root.querySelector("ol")?.textContent).toBe("0.00 s leg 1 is connected0.75 s leg 1: socket 1 is open");
  await expectAccessible();

  socket.delivers(new Int16Array(320).fill(8_000).buffer);
  expect(telephone.levels.heard).toBeCloseTo(8_000 / 32_767);
  view.tick();
  const meter = view.root.querySelector("[role=meter][aria-label='The other side']");
  expect(Number(meter?.getAttribute("aria-valuenow"))).toBe(73);
  for (let silent = 0; silent < 12; silent += 1) socket.delivers(new ArrayBuffer(640));
  expect(telephone.levels.heard).toBe(0);
  named("5").click();
  expect(socket.messages.at(-1)).toEqual({ type: "key", tone: "5" });

  named("Mute").click();
  expect(shown("status")).toMatch(/muted/u);
  const sent = frames(socket).length;
  await new Promise((settle) => setTimeout(settle, 200));
  expect(frames(socket).length).toBe(sent);
  named("Unmute").click();
  await vi.waitUntil(() => frames(socket).length > sent, PATIENCE);

  named("Hang up").click();
  expect(socket.messages.at(-1)).toEqual({ type: "hang_up" });
  socket.says({ type: "ended", because: "nobody was left to talk to" });
  expect(shown("status")).toBe("The call has ended.");
  expect(document.activeElement).toBe(named("Call"));
});

test("calls ring at a telephone that waits for them, again after the line was lost", async () => {
  const socket = accepted();
  const wait = view.root.querySelector<HTMLInputElement>("input[type=checkbox]");
  wait?.click();
  const asked = { type: "wait", identifier: "+14255550123", name: "" };
  expect(socket.messages.at(-1)).toEqual(asked);
  expect(shown("status")).toBe("Waiting for calls.");
  socket.says({ type: "rings", from: "4:+18005550100" });
  expect(shown("status")).toBe("+18005550100 is calling.");
  await expectAccessible();
  named("Decline").click();
  expect(socket.messages.at(-1)).toEqual({ type: "decline" });
  socket.says({ type: "rings", from: "4:+18005550100" });
  socket.says({ type: "rang_out" });
  expect(shown("status")).toMatch(/stopped ringing/u);
  socket.says({ type: "rings", from: "4:+18005550100" });
  named("Answer").click();
  await vi.waitUntil(() => socket.messages.at(-1)?.type === "answer", PATIENCE);
  live(socket);
  socket.close();
  expect(shown("alert")).toMatch(/emulator is not there/u);
  await vi.waitUntil(() => server.sockets.length === 2, PATIENCE);
  const again = accepted();
  expect(again.messages).toEqual([asked]);
  expect(shown("alert")).toBe("");
  wait?.click();
  expect(again.messages.at(-1)).toEqual({ type: "stop_waiting" });
});

test("a call that rings while the microphone is opened is not lost for the one that was to be made", async () => {
  const socket = accepted();
  named("Call").click();
  expect(shown("status")).toMatch(/Opening/u);
  socket.says({ type: "rings", from: "8:acs:somebody" });
  expect(shown("status")).toBe("8:acs:somebody is calling.");
  const stopped = vi.spyOn(MediaStreamTrack.prototype, "stop");
  await vi.waitUntil(() => stopped.mock.calls.length > 0, PATIENCE);
  expect(socket.messages).toEqual([]);
  named("Answer").click();
  await vi.waitUntil(() => socket.messages.at(-1)?.type === "answer", PATIENCE);
});

test("what is refused is said in plain words, and what to know about the emulator too", async () => {
  const socket = accepted({ events: false, time_scale: 20 });
  expect(view.root.textContent).toContain("--events-url");
  expect(view.root.textContent).toContain("Time passes 20 times faster");
  await calling(socket);
  socket.says({ type: "refused", code: "callee_unusable", message: "x" });
  expect(shown("alert")).toMatch(/This cannot be called/u);
  await calling(socket);
  expect(shown("alert")).toBe("");
  socket.says({ type: "refused", code: "too_many", message: "too many calls or rooms" });
  expect(shown("alert")).toBe("The emulator refused: too many calls or rooms");
  const denied = new DOMException("no", "NotAllowedError");
  vi.spyOn(navigator.mediaDevices, "getUserMedia").mockRejectedValue(denied);
  const before = socket.messages.length;
  named("Call").click();
  await vi.waitUntil(() => shown("alert").includes("not allowed"), PATIENCE);
  expect(socket.messages.length).toBe(before);
  socket.says({ type: "ended", because: "something new" });
  expect(shown("status")).toBe("The call has ended: something new.");
});

test("the browser's first known language is spoken", () => {
  expect(language(["fr-FR", "es-MX", "en"])).toBe("es");
  expect(language(["EN-gb"])).toBe("en");
  expect(language([])).toBe("en");
  const es = new View(telephone, TEXTS.es);
  expect(es.root.textContent).toContain("Llamar");
});
