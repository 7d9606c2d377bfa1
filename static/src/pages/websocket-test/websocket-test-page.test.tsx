// The test page as a developer uses it, against a socket whose other end the test holds.
import { act, fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { expectAccessible } from "../../testing/accessible.ts";
import { FakeServer } from "../../testing/fake-server.ts";
import { renderPiece } from "../../testing/rendering.tsx";
import type { Rendering } from "../../testing/rendering.tsx";
import { WebSocketTestPage } from "./websocket-test-page.tsx";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function open(rendering: Rendering = {}) {
  const server = new FakeServer({});
  const rendered = await renderPiece(<WebSocketTestPage />, rendering);
  return { server, ...rendered };
}

async function connect() {
  const opened = await open();
  await userEvent.click(screen.getByRole("button", { name: "Connect" }));
  act(() => {
    opened.server.socket.accepts();
  });
  await screen.findByRole("button", { name: "Disconnect" });
  return opened;
}

async function choose(label: string, option: string) {
  await userEvent.click(screen.getByRole("combobox", { name: label }));
  await userEvent.click(await screen.findByRole("option", { name: option }));
}

function write(field: string, text: string): void {
  fireEvent.change(screen.getByRole("textbox", { name: field }), { target: { value: text } });
}

function preview(): HTMLTextAreaElement {
  return screen.getByRole<HTMLTextAreaElement>("textbox", { name: "As JSON, to be changed by hand" });
}

function frame(stream: number, sequence: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(12 + 640));
  view.setUint8(0, 1);
  view.setUint16(2, 12, true);
  view.setUint32(4, stream, true);
  view.setUint32(8, sequence, true);
  return view.buffer;
}

function rows(): Promise<HTMLElement[]> {
  return within(screen.getByRole("listbox", { name: "Messages, oldest first" })).findAllByRole("option");
}

test("before there is a connection, everything says what to do first", async () => {
  await open();
  expect(screen.getByText("not connected")).toBeTruthy();
  expect(screen.getByText("Connect first.")).toBeTruthy();
  expect(screen.getByRole("button", { name: "Send" }).hasAttribute("disabled")).toBe(true);
  expect(screen.getByText("Nothing yet. What is sent and received will stand here.")).toBeTruthy();
  await expectAccessible();
});

test("one connects to an address as somebody, and is told why it ended", async () => {
  const { server } = await open();
  const address = screen.getByRole("textbox", { name: "Address" });
  await userEvent.clear(address);
  await userEvent.type(address, "http://[[wrong");
  await userEvent.click(screen.getByRole("button", { name: "Connect" }));
  expect(await screen.findByText(/This is no address of a WebSocket/u)).toBeTruthy();
  await userEvent.clear(address);
  await userEvent.type(address, "ws://there.example:3000/ws");
  await userEvent.click(screen.getByRole("button", { name: "Connect" }));
  expect(await screen.findByText(/This page may connect to its own server only/u)).toBeTruthy();
  expect(server.sockets).toHaveLength(0);
  await userEvent.clear(address);
  await userEvent.type(address, `${location.origin}/ws`);
  await userEvent.type(screen.getByRole("textbox", { name: "user_id (optional)" }), "ana");
  await userEvent.type(screen.getByLabelText("Key or token (optional)"), "secret");
  await userEvent.click(screen.getByRole("button", { name: "Connect" }));
  expect(await screen.findByText("connecting…")).toBeTruthy();
  const url = new URL(server.socket.url);
  expect([url.protocol, url.host, url.searchParams.get("user_id"), url.searchParams.get("token")]).toEqual([
    "ws:",
    location.host,
    "ana",
    "secret",
  ]);
  act(() => {
    server.socket.ends(4001, "this key has expired");
  });
  expect(await screen.findByText(/Closed with code 4001: the key or token was not taken/u)).toBeTruthy();
  expect(screen.getByText("The server said: this key has expired")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Connect" }));
  act(() => {
    server.socket.ends(4999);
  });
  expect(await screen.findByText(/this code is not one of Interpres/u)).toBeTruthy();
});

test("one leaves by the button", async () => {
  await connect();
  await userEvent.click(screen.getByRole("button", { name: "Disconnect" }));
  expect(await screen.findByText(/Closed with code 1000: left/u)).toBeTruthy();
});

test("a message is filled in as a form, groups within it too, and sent as the JSON that is shown", async () => {
  const { server } = await connect();
  await userEvent.click(screen.getByRole("button", { name: "Fill in config" }));
  write("name", "Ana");
  write("hears", "es, fr,");
  await choose("partials", "false");
  await choose("Shape of audio", "encoding, sample_rate");
  await userEvent.click(screen.getByRole("button", { name: "Fill in audio" }));
  await choose("sample_rate", "24000");
  write("data", "x");
  expect(screen.getByText("This is no JSON yet: texts stand in quotes.")).toBeTruthy();
  write("data", "[1,2]");
  await choose("encoding", "pcm_s16le");
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(server.socket.messages).toEqual([
    {
      type: "create_session",
      id: "m1",
      config: {
        name: "Ana",
        hears: ["es", "fr"],
        partials: false,
        audio: { sample_rate: 24_000, encoding: "pcm_s16le" },
      },
      data: [1, 2],
    },
  ]);
  // The next one has an id of its own.
  expect(preview().value).toContain('"id": "m2"');
  write("name", "");
  await choose("partials", "left out");
  await choose("Shape of audio", "true / false");
  await choose("audio", "true");
  expect(JSON.parse(preview().value)).toMatchObject({ config: { hears: ["es", "fr"], audio: true } });
  expect(JSON.parse(preview().value)).not.toHaveProperty("config.name");
});

test("required fields are marked, numbers are numbers", async () => {
  await connect();
  await choose("Type", "recover_session");
  expect(screen.getByText("Attaches to a session and asks for what was missed.")).toBeTruthy();
  expect(screen.getByText("Required and not filled in: session_id")).toBeTruthy();
  expect(screen.getByRole("textbox", { name: "session_id" }).getAttribute("aria-required")).toBe("true");
  await userEvent.type(screen.getByRole("textbox", { name: "session_id" }), "s1");
  await userEvent.type(screen.getByRole("spinbutton", { name: "last_seq" }), "7");
  expect(JSON.parse(preview().value)).toEqual({ type: "recover_session", id: "m1", session_id: "s1", last_seq: 7 });
  await userEvent.clear(screen.getByRole("spinbutton", { name: "last_seq" }));
  expect(preview().value).not.toContain("last_seq");
});

test("JSON is changed by hand, the form follows, and nonsense may be sent on purpose", async () => {
  const { server } = await connect();
  fireEvent.change(preview(), { target: { value: '{"type":"text","text":"Hola"}' } });
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: "text" }).value).toBe("Hola");
  fireEvent.change(preview(), { target: { value: "{nonsense" } });
  expect(screen.getByText(/This is no JSON object/u)).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Send all the same" }));
  expect(server.socket.heard).toEqual(["{nonsense"]);
});

test("an example goes on as each message is answered, and stops at an error", async () => {
  const { server } = await connect();
  await userEvent.click(screen.getByRole("button", { name: "Join a room and say something" }));
  expect(server.socket.messages.map(({ type }) => type)).toEqual(["create_session"]);
  act(() => {
    server.socket.says({ type: "participant_joined" });
    server.socket.says({ type: "session_created", ref: server.socket.messages[0]?.id });
  });
  await waitFor(() => {
    expect(server.socket.messages.map(({ type }) => type)).toEqual(["create_session", "text"]);
  });
  const again = screen.getByRole("button", { name: "Join a room and say something" });
  await waitFor(() => {
    expect(again.hasAttribute("disabled")).toBe(false);
  });
  await userEvent.click(again);
  act(() => {
    server.socket.says({ type: "error", code: "limit", ref: server.socket.messages.at(-1)?.id });
  });
  expect(await screen.findByText(/stopped at create_session: error/u)).toBeTruthy();
  await userEvent.click(again);
  act(() => {
    server.socket.ends(1012);
  });
  expect(await screen.findByText(/stopped at create_session: close/u)).toBeTruthy();
});

test("everything is in the log, found by its text, and shown in full", async () => {
  const { server } = await connect();
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  act(() => {
    server.socket.says({ type: "session_created", ref: "m1", session_id: "s77" });
    for (let at = 0; at < 60; at += 1) server.socket.delivers(frame(9, at === 59 ? 63 : at));
  });
  expect(await screen.findByText("60 frames")).toBeTruthy();
  expect((await rows()).length).toBe(5);
  await userEvent.click(screen.getByText("60 frames"));
  const detail = screen.getByRole("group", { name: "Entry in full" });
  expect(within(detail).getByText("0–63")).toBeTruthy();
  expect(within(detail).getByText("Left out").nextSibling?.textContent).toBe("4");
  expect(within(detail).getByText("19,200")).toBeTruthy();

  await userEvent.type(screen.getByRole("searchbox", { name: "Filter by type or text" }), "S77");
  expect(await screen.findByText("1 of 5 shown, 2000 at most are kept")).toBeTruthy();
  const list = screen.getByRole("listbox", { name: "Messages, oldest first" });
  list.focus();
  await userEvent.keyboard("{End}");
  expect(screen.getByText("Answer after")).toBeTruthy();
  expect(screen.getByText(/"session_id": "s77"/u)).toBeTruthy();
  await expectAccessible();
  await userEvent.keyboard("{Escape}");
  expect(screen.getByText("Choose an entry to see it in full.")).toBeTruthy();
  await userEvent.clear(screen.getByRole("searchbox", { name: "Filter by type or text" }));
  await userEvent.type(screen.getByRole("searchbox", { name: "Filter by type or text" }), "nowhere");
  expect(await screen.findByText("No message is like this.")).toBeTruthy();
});

test("a long log draws only what is in sight, and is walked by keyboard", async () => {
  const { server } = await connect();
  act(() => {
    for (let at = 0; at < 2_100; at += 1) server.socket.says({ type: "pong", at });
  });
  expect(await screen.findByText("2000 of 2000 shown, 2000 at most are kept")).toBeTruthy();
  expect((await rows()).length).toBeLessThan(40);
  expect(await screen.findByText('{"type":"pong","at":2099}')).toBeTruthy();
  const list = screen.getByRole("listbox", { name: "Messages, oldest first" });
  list.focus();
  await userEvent.keyboard("{Home}");
  expect(await screen.findByText('{"type":"pong","at":100}')).toBeTruthy();
  await userEvent.keyboard("{ArrowDown}{PageDown}{PageUp}{ArrowUp}{ArrowDown}");
  const chosen = list.querySelector("[aria-selected=true]");
  expect(chosen?.getAttribute("aria-posinset")).toBe("2");
  expect(list.getAttribute("aria-activedescendant")).toBe(chosen?.id);
});

test("the log is held, cleared and downloaded", async () => {
  const { server } = await connect();
  await rows();
  await userEvent.click(screen.getByRole("button", { name: "Pause" }));
  act(() => {
    server.socket.says({ type: "pong" });
  });
  expect(await screen.findByRole("button", { name: "Go on (1 new)" })).toBeTruthy();
  expect(screen.queryByText("pong")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Go on (1 new)" }));
  expect(await screen.findByText("pong")).toBeTruthy();

  let saved: Blob | undefined;
  vi.spyOn(URL, "createObjectURL").mockImplementation((blob) => {
    if (blob instanceof Blob) saved = blob;
    return "blob:none";
  });
  const click = vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(() => undefined);
  await userEvent.click(screen.getByRole("button", { name: "Download" }));
  expect(click).toHaveBeenCalledOnce();
  const lines = (await saved?.text())?.split("\n").map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(lines?.map(({ direction, type }) => [direction, type])).toEqual([
    ["note", "open"],
    ["received", "connected"],
    ["received", "pong"],
  ]);
  expect(lines?.[2]?.message).toEqual({ type: "pong" });

  await userEvent.click(screen.getByRole("button", { name: "Clear" }));
  expect(await screen.findByText("Nothing yet. What is sent and received will stand here.")).toBeTruthy();
});

test("a tone, silence and a file go as frames of 20 ms", async () => {
  const { server } = await connect();
  const frames = () => server.socket.heard.filter((each) => each instanceof ArrayBuffer);
  await choose("Samples per second", "48000 Hz");
  await userEvent.click(screen.getByRole("button", { name: "Send a silent frame" }));
  expect(frames().map((each) => each.byteLength)).toEqual([1_920]);
  expect(new Int16Array(frames()[0] ?? new ArrayBuffer(0)).some((sample) => sample !== 0)).toBe(false);
  await choose("Samples per second", "16000 Hz");
  const length = screen.getByRole<HTMLInputElement>("spinbutton", { name: "Length in milliseconds" });
  await userEvent.clear(length);
  await userEvent.tab();
  expect(length.value).toBe("20");
  await userEvent.clear(length);
  await userEvent.type(length, "100");
  expect(length.value).toBe("100");
  await userEvent.click(screen.getByRole("button", { name: "Send a tone" }));
  await waitFor(() => {
    expect(frames()).toHaveLength(6);
  });
  expect(Math.max(...new Int16Array(frames()[3] ?? new ArrayBuffer(0)))).toBeGreaterThan(8_000);

  const picker = screen.getByLabelText<HTMLInputElement>("Send a file", { selector: "input" });
  await userEvent.upload(picker, new File(["no sound"], "words.wav", { type: "audio/wav" }));
  expect(await screen.findByText(/words.wav could not be read as audio/u)).toBeTruthy();
  await userEvent.upload(picker, new File([wave(3_200)], "tone.wav", { type: "audio/wav" }));
  await waitFor(() => {
    expect(frames()).toHaveLength(16);
  });
  expect(await screen.findAllByText("audio")).not.toHaveLength(0);
});

test("long audio shows its progress and is stopped", async () => {
  const { server } = await connect();
  fireEvent.change(screen.getByRole("spinbutton", { name: "Length in milliseconds" }), { target: { value: "90000" } });
  await userEvent.click(screen.getByRole("button", { name: "Send a tone" }));
  expect(await screen.findByRole("progressbar", { name: "Sent so far" })).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Stop" }));
  expect(screen.queryByRole("progressbar")).toBeNull();
  await userEvent.click(screen.getByRole("button", { name: "Send a tone" }));
  act(() => {
    server.socket.ends(1006);
  });
  await waitFor(() => {
    expect(screen.queryByRole("progressbar")).toBeNull();
  });
});

test("leaving the page leaves the server", async () => {
  const { server, unmount } = await connect();
  unmount();
  expect(server.socket.readyState).toBe(3);
});

test("in Spanish and in the dark", async () => {
  localStorage.setItem("mui-mode", "dark");
  await open({ language: "es" });
  expect(screen.getByRole("button", { name: "Conectar" })).toBeTruthy();
  expect(screen.getByText("Empieza a participar, o se une a una sesión propia.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Rellenar config" }));
  expect(screen.getByText("El nombre que ven los demás. (texto)")).toBeTruthy();
  await expectAccessible();
});

/** A WAV file of so many samples at 16 kHz. */
function wave(samples: number): ArrayBuffer {
  const view = new DataView(new ArrayBuffer(44 + 2 * samples));
  const write = (at: number, text: string) => {
    for (const [place, letter] of new TextEncoder().encode(text).entries()) view.setUint8(at + place, letter);
  };
  write(0, "RIFF");
  view.setUint32(4, 36 + 2 * samples, true);
  write(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, 16_000, true);
  view.setUint32(28, 32_000, true);
  view.setUint16(32, 2, true);
  view.setUint16(34, 16, true);
  write(36, "data");
  view.setUint32(40, 2 * samples, true);
  return view.buffer;
}
