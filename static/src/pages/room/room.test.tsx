// A stay in a room: connection, people, languages, text, leaving and coming back.
import { act, fireEvent, render, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { createMemoryRouter } from "react-router";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { enterKey, signOut } from "../../app/access.ts";
import { Application } from "../../app/application.tsx";
import { Frame } from "../../app/frame/frame.tsx";
import { prefer } from "../../app/preferences.ts";
import { makeStore } from "../../app/store.ts";
import { api } from "../../api/api.ts";
import { Player } from "../../client/index.ts";
import { speakInterface } from "../../i18n/i18n.ts";
import { LUCIA, RoomServer, transcription, translation } from "../../testing/room-server.tsx";
import { renderRoutes } from "../../testing/rendering.tsx";
import { keepStay, keptStay } from "./stay-record.ts";
import { selectAllUtterances, selectRoomId } from "./stay-slice.ts";

let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const status = () => screen.getByRole("status", { name: "Connection" }).textContent;
const writing = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Write what you want to say" });
const captions = () => within(screen.getByRole("group", { name: "Captions" }));
const notices = (store: ReturnType<typeof makeStore>) => store.getState().notices.map(({ text }) => text);

/** What interrupts a screen reader, all together: some of the places for it are always there. */
const warned = () =>
  screen
    .getAllByRole("alert")
    .map(({ textContent }) => textContent)
    .join("");

test("an empty room says what to do, and leads somebody alone to a second window of somebody else", async () => {
  await server.enter();
  expect(status()).toBe("Connected");
  expect(screen.getByText("Nothing has been said yet")).toBeTruthy();
  const link = await screen.findByRole<HTMLAnchorElement>("link", { name: /Open a second window in Spanish/u });
  expect(link.href).toBe(`${location.origin}/rooms/lobby?speaks=es&hears=es`);
  expect(link.rel).toBe("noopener");
  server.wire.says({ type: "participant_joined", seq: 5, room_id: "lobby", participant: LUCIA });
  expect(screen.queryByRole("link", { name: /second window/u })).toBeNull();
});

test("people are listed with what they speak and hear, what they are, and who is talking", async () => {
  await server.enter([LUCIA]);
  const phone = { session_id: "p", name: "+34", kind: "phone", speaks: "auto", hears: [] };
  server.wire.says(
    { type: "participant_joined", seq: 5, room_id: "lobby", participant: phone },
    {
      type: "participant_joined",
      seq: 6,
      room_id: "lobby",
      participant: { ...LUCIA, session_id: "b", name: "Bot", kind: "bot" },
    },
    { type: "speech_started", room_id: "lobby", speaker: { session_id: "lucia", name: "Lucía" } },
  );
  const people = within(screen.getByRole("region", { name: "In this room" }));
  const rows = () => people.getAllByRole("listitem").map(({ textContent }) => textContent);
  expect(rows()).toEqual([
    "AAda (you)speaks English, hears English",
    "LLucíaspeaks Spanish, hears Spanishtalking",
    "3+34speaks any languageon the phone",
    "BBotspeaks Spanish, hears Spanishbot",
  ]);
  server.wire.says({ type: "participant_left", seq: 7, room_id: "lobby", participant: phone });
  expect(rows()).toHaveLength(3);
});

test("typed text is on the screen at once, and once only", async () => {
  await server.enter([LUCIA]);
  await userEvent.type(writing(), "One{Shift>}{Enter}{/Shift}two{Enter}");
  expect(server.wire.last("text").text).toBe("One\ntwo");
  expect(writing().value).toBe("");
  expect(captions().getByText("being sent")).toBeTruthy();
  server.wire.says(transcription("One\ntwo", { speaker: { session_id: "ada", name: "Ada" }, language: "en" }));
  expect(captions().queryByText("being sent")).toBeNull();
  expect(captions().getAllByText(/One\s+two/u)).toHaveLength(1);
  expect(captions().getByText("Ada (you)")).toBeTruthy();
});

test("too long a text is told before it is sent, counted as the server counts", async () => {
  await server.enter();
  await userEvent.click(writing());
  await userEvent.paste("😀".repeat(9_999));
  expect(screen.getByText("9999 of 10000 characters")).toBeTruthy();
  await userEvent.paste("ab");
  expect(warned()).toContain("this one has 10001");
  expect(screen.getByRole("button", { name: "Send" })).toHaveProperty("disabled", true);
  await userEvent.keyboard("{Enter}");
  expect(server.wire.sent.some(({ type }) => type === "text")).toBe(false);
  await userEvent.keyboard("{Backspace}");
  await userEvent.click(screen.getByRole("button", { name: "Send" }));
  expect(server.wire.last("text").text).toHaveLength(19_999);
});

/** The clock stands still: no attempt begins by itself. */
function write(text: string): void {
  fireEvent.change(writing(), { target: { value: text } });
  fireEvent.keyDown(writing(), { key: "Enter" });
}

function press(name: string): void {
  fireEvent.click(screen.getByRole("button", { name }));
}

test("a lost connection is counted down, can be tried at once, and says what was missed", async () => {
  const { store } = await server.enter([LUCIA]);
  vi.useFakeTimers();
  write("On its way");
  server.wire.breaks(1006);
  expect(status()).toBe("Connection lost");
  expect(screen.getByText(/Next attempt in 1 second/u)).toBeTruthy();
  write("Later");
  expect(screen.getByText(/Not sent: there is no connection/u)).toBeTruthy();
  expect(writing().value).toBe("Later");
  press("Try now");
  expect(status()).toBe("Connecting…");
  expect(server.wires).toHaveLength(2);
  server.recovers({ missed: 2 });
  server.wire.says(transcription("Mientras tanto."));
  expect(status()).toBe("Connected");
  expect(notices(store)).toEqual(["Connected again. 2 messages were missed and are shown now."]);
  expect(captions().getByText("may not have arrived")).toBeTruthy();
  press("Send again");
  expect(server.wire.last("text").text).toBe("On its way");
  expect(captions().getByText("being sent")).toBeTruthy();
  expect(captions().queryByText("may not have arrived")).toBeNull();
  server.wire.says({ type: "error", code: "invalid_text", message: "no" });
  fireEvent.click(captions().getByRole("button", { name: "Dismiss" }));
  expect(captions().queryByText("On its way")).toBeNull();
});

test("the countdown counts, the computer's coming online ends it, and the news goes by itself", async () => {
  vi.spyOn(Math, "random").mockReturnValue(0);
  const { store } = await server.enter();
  vi.useFakeTimers();
  for (let attempt = 0; attempt < 4; attempt += 1) {
    server.wire.breaks(1006);
    act(() => {
      screen.getByRole("button", { name: "Try now" }).click();
    });
  }
  server.wire.breaks(1006);
  expect(screen.getByText("Next attempt in 8 seconds")).toBeTruthy();
  act(() => {
    vi.advanceTimersByTime(3_200);
  });
  expect(screen.getByText("Next attempt in 5 seconds")).toBeTruthy();
  act(() => {
    dispatchEvent(new Event("online"));
  });
  expect(status()).toBe("Connecting…");
  server.recovers();
  expect(notices(store)).toEqual(["Connected again. Nothing was missed."]);
  act(() => {
    vi.advanceTimersByTime(8_000);
  });
  expect(notices(store)).toEqual([]);
});

test("a gap and a replaced session are said", async () => {
  const { store } = await server.enter([LUCIA]);
  vi.useFakeTimers();
  server.wire.says(transcription("A medi", { final: false, seq: undefined }));
  server.wire.breaks(1006);
  press("Try now");
  server.recovers({ missed: 1, gap: true });
  expect(notices(store)[0]).toContain("Some of what was said meanwhile cannot be shown");
  server.wire.breaks(1012);
  press("Try now");
  server.wire.says({ type: "connected", connection_id: "c3", protocol: 1 });
  server.wire.says({
    type: "error",
    code: "session_not_found",
    message: "no",
    ref: server.wire.last("recover_session").id,
  });
  server.admits([LUCIA]);
  expect(notices(store)[0]).toContain("you were given a new one");
  expect(captions().getByText("broken off")).toBeTruthy();
});

test.each([
  [1008, "too many messages", /because of its limits.*The server says: too many messages\. What was said/u],
  [4001, "", /wants to know who you are/u],
])("an end by code %i is explained, and one can join again into the same session", async (code, reason, advice) => {
  await server.enter([LUCIA]);
  server.wire.says(transcription("Hola."));
  server.wire.breaks(code, reason);
  expect(warned()).toMatch(advice);
  expect(captions().getByText("Hola.")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Join again" }));
  expect(server.wires).toHaveLength(2);
  server.recovers();
  expect(warned()).toBe("");
  expect(captions().getAllByText("Hola.")).toHaveLength(1);
});

test("a session that the server ended is not asked for again", async () => {
  await server.enter();
  server.wire.says({ type: "session_closed", reason: "idle" });
  expect(warned()).toContain("The server ended your session");
  await userEvent.click(screen.getByRole("button", { name: "Join again" }));
  server.admits();
  expect(status()).toBe("Connected");
});

test("who is refused reads why, and goes back to the entrance", async () => {
  keepStay({ roomId: "lobby", name: "Ada", speaks: "en", hears: "en" });
  await server.visit("/rooms/lobby");
  server.wire.says({ type: "connected", connection_id: "c", protocol: 1 });
  server.wire.says({
    type: "error",
    code: "full",
    message: "The room is full.",
    ref: server.wire.last("create_session").id,
  });
  expect(warned()).toContain("The room could not be entered");
  await userEvent.click(screen.getByRole("button", { name: "Back to the entrance" }));
  expect(await screen.findByRole("heading", { name: "Talk in a room" })).toBeTruthy();
  expect(keptStay()).toBeUndefined();
});

test("where the server asks for keys, an end by authentication asks for another one and keeps the session", async () => {
  const store = makeStore();
  store.dispatch(enterKey("old"));
  server.answers.set("/api/access", () => Response.json({ authentication: "required", role: "client", subject: "a" }));
  await store.dispatch(api.endpoints.access.initiate());
  await server.enter([], { store });
  server.wire.breaks(4001);
  expect(store.getState().access).toEqual({ key: "", missing: "expired" });
  expect(keptStay()?.session?.sessionId).toBe("ada");
});

test("leaving asks nothing and leads to the entrance, which says so", async () => {
  const { store } = await server.enter();
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  expect(server.wire.last("leave_session")).toBeTruthy();
  expect(await screen.findByRole("button", { name: "Join the room" })).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: /Room/u }).value).toBe("lobby");
  expect(notices(store)).toEqual(["You left the room lobby."]);
  expect(keptStay()).toBeUndefined();
  expect(document.activeElement?.textContent).toBe("Talk in a room");
});

test("a reload, or a second window, comes back into the same session with all captions, and reads none out", async () => {
  const first = await server.enter([LUCIA]);
  first.unmount();
  expect(server.wire.closedWith).toBe(1005);
  expect(server.wire.sent.some(({ type }) => type === "leave_session")).toBe(false);
  const { store } = await server.visit("/rooms");
  await waitFor(() => {
    expect(server.wires).toHaveLength(2);
  });
  server.recovers({ missed: 2, seq: 12 });
  expect(server.wire.last("recover_session")).toMatchObject({ session_id: "ada", resume_token: "secret", last_seq: 0 });
  const said = translation("Hello.", { utterance_id: "x", seq: 11 });
  server.wire.says(said, said, translation("Now.", { utterance_id: "y", seq: 13 }));
  expect(captions().getAllByText("Hello.")).toHaveLength(1);
  expect(screen.getByRole("log", { name: "What the others said" }).textContent).toBe("Lucía: Now.");
  expect(notices(store)).toEqual([]);
});

test("coming back to a log that no longer reaches to the beginning is said", async () => {
  keepStay({
    roomId: "lobby",
    name: "Ada",
    speaks: "en",
    hears: "en",
    session: { sessionId: "ada", roomId: "lobby", resumeToken: "secret", lastSeq: 9 },
  });
  const { store } = await server.visit("/rooms/lobby");
  server.recovers({ missed: 3, gap: true });
  expect(notices(store)[0]).toContain("The oldest captions cannot be shown here any more");
});

test("another room's address leads to its entrance, not into the room one is in", async () => {
  keepStay({ roomId: "lobby", name: "Ada", speaks: "en", hears: "en" });
  await server.visit("/rooms/other");
  expect(await screen.findByRole("button", { name: "Join the room" })).toBeTruthy();
  expect(screen.getByRole<HTMLInputElement>("textbox", { name: /Room/u }).value).toBe("other");
  expect(server.wires).toHaveLength(0);
});

test("languages are changed and swapped, by key too; t leads to the text", async () => {
  await server.enter();
  const hear = await screen.findByRole("combobox", { name: "I hear" });
  await userEvent.click(hear);
  await userEvent.click(await screen.findByRole("option", { name: "Spanish" }));
  expect(server.wire.last("configure").config).toEqual({ speaks: "en", hears: ["es"] });
  await userEvent.keyboard("{Escape}");
  (document.activeElement as HTMLElement).blur();
  await userEvent.keyboard("l");
  expect(server.wire.last("configure").config).toEqual({ speaks: "es", hears: ["en"] });
  expect(keptStay()).toMatchObject({ speaks: "es", hears: "en" });
  await userEvent.keyboard("t");
  expect(document.activeElement).toBe(writing());
  expect(writing().value).toBe("");
  await userEvent.keyboard("tl");
  expect(writing().value).toBe("tl");
});

test("translated voices are played, stopped and silenced", async () => {
  const calls: string[] = [];
  const spy = (name: "start" | "stop" | "silence" | "play") =>
    vi.spyOn(Player.prototype, name).mockImplementation((...given: unknown[]) => {
      calls.push([name, ...given.filter((one) => typeof one !== "object")].join(" "));
    });
  for (const name of ["start", "stop", "silence", "play"] as const) spy(name);
  await server.enter([LUCIA]);
  const start = {
    type: "audio_start",
    stream_id: 7,
    utterance_id: "x",
    speaker: LUCIA,
    language: "en",
    sample_rate: 16_000,
  };
  server.wire.says(start, { type: "audio_stop", stream_id: 7, utterance_id: "x", reason: "complete" });
  const frame = new Uint8Array([1, 0, 12, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0]).buffer;
  server.wire.onmessage?.call(server.wire as unknown as WebSocket, new MessageEvent("message", { data: frame }));
  server.wire.says({ type: "audio_stop", stream_id: 7, utterance_id: "x", reason: "cancelled" });
  server.wire.breaks(1006);
  expect(calls).toEqual(["start 7 16000 translated", "stop 7 false", "play", "stop 7 true", "silence"]);
});

test("a page that may not make a sound yet says so, until a key is pressed", async () => {
  vi.spyOn(UserActivation.prototype, "hasBeenActive", "get").mockReturnValue(false);
  const allow = vi.spyOn(Player.prototype, "allow");
  const { store } = await server.enter([LUCIA]);
  server.wire.says({
    type: "audio_start",
    stream_id: 7,
    utterance_id: "x",
    speaker: LUCIA,
    language: "en",
    sample_rate: 16_000,
  });
  expect(notices(store)[0]).toContain("silent until you click");
  expect(allow).not.toHaveBeenCalled();
  await userEvent.keyboard("{Control}");
  expect(allow).toHaveBeenCalledTimes(1);
  expect(notices(store)).toEqual([]);
});

test("announcements, the end to come, and problems are told with what to do", async () => {
  const { store } = await server.enter();
  server.wire.says(
    { type: "system_announcement", message: "Back at ten." },
    { type: "session_expiring", reason: "idle" },
    { type: "error", code: "engine_failed", message: "no" },
  );
  expect(notices(store)).toEqual([
    "From whoever runs this server: Back at ten.",
    "Your session is about to end: idle. Say or type something to keep it.",
    "The engine failed. Say it once more.",
  ]);
  server.wire.says({ type: "error", code: "new_one", message: "Something." });
  expect(notices(store).at(-1)).toBe("The server reported a problem: Something.");
  server.wire.says({ type: "error", code: "silent", message: " " });
  expect(notices(store).at(-1)).toBe("The server reported a problem: silent");
});

test("that there is no voice is said where voices are", async () => {
  await server.enter();
  server.wire.says({ type: "session_configured", config: {}, warnings: [{ code: "voice_unavailable", message: "x" }] });
  expect(screen.getByText("There is no voice for English here. You can read it.")).toBeTruthy();
});

test("the link is copied, and where that is not allowed it is selected", async () => {
  await server.enter();
  const write = vi
    .spyOn(navigator.clipboard, "writeText")
    .mockResolvedValueOnce()
    .mockRejectedValueOnce(new Error("no"));
  await userEvent.click(screen.getByRole("button", { name: "Copy the link" }));
  expect(write).toHaveBeenCalledWith(`${location.origin}/rooms/lobby`);
  await userEvent.click(await screen.findByRole("button", { name: "Copied" }));
  await screen.findByRole("button", { name: "Press Ctrl+C to copy it" });
  const field = screen.getByRole<HTMLInputElement>("textbox", { name: "Link to this room" });
  expect(field.selectionEnd).toBe(field.value.length);
});

test("a second window of the same session is opened with this one as its opener", async () => {
  await server.enter();
  const opened = vi.spyOn(globalThis, "open").mockReturnValue(null);
  await userEvent.click(screen.getByRole("button", { name: "Open here in a second window" }));
  expect(opened).toHaveBeenCalledWith(`${location.origin}/rooms/lobby`, "_blank");
});

test("the window has the room's name, whatever the language of the interface, and the page's outside", async () => {
  server.answers.set("/api/access", () => Response.json({ authentication: "none", role: "admin", subject: null }));
  keepStay({ roomId: "lobby", name: "Ada", speaks: "en", hears: "en" });
  const { store } = await renderRoutes([{ Component: Frame, children: server.routes() }], { address: "/rooms/lobby" });
  await waitFor(() => {
    expect(document.title).toBe("lobby · Interpres");
  });
  server.admits();
  await userEvent.click(screen.getByRole("button", { name: "Language of this interface" }));
  await userEvent.click(await screen.findByRole("menuitemradio", { name: "Español" }));
  await screen.findByRole("heading", { name: "Salas" });
  expect(document.title).toBe("lobby · Interpres");
  expect(store.getState().preferences.interfaceLanguage).toBe("es");
  await userEvent.click(screen.getByRole("button", { name: "Salir" }));
  await waitFor(() => {
    expect(document.title).toBe("Salas · Interpres");
  });
});

test("who signs out in a room leaves it, and nothing of it is there for the next one", async () => {
  const { store } = await server.enter([LUCIA]);
  act(() => {
    store.dispatch(enterKey("hers"));
  });
  server.wire.says(transcription("Un secreto."));
  expect(captions().getByText("Un secreto.")).toBeTruthy();
  act(() => {
    store.dispatch(signOut());
  });
  expect(server.wire.last("leave_session")).toBeTruthy();
  expect(keptStay()).toBeUndefined();
  expect(selectAllUtterances(store.getState())).toEqual([]);
  expect(selectRoomId(store.getState())).toBe("");
  expect(notices(store)).toEqual([]);
});

test("what was read in a room is gone when its person signs out on another page", async () => {
  const { store, unmount } = await server.enter([LUCIA]);
  server.wire.says(transcription("Un secreto."));
  unmount();
  expect(selectAllUtterances(store.getState())).toHaveLength(1);
  store.dispatch(signOut());
  expect(selectAllUtterances(store.getState())).toEqual([]);
  expect(keptStay()).toBeUndefined();
});

test("on plain http, where browsers have fewer functions, text is sent all the same", async () => {
  vi.spyOn(crypto, "randomUUID").mockImplementation(() => {
    throw new TypeError("crypto.randomUUID is not a function");
  });
  await server.enter();
  write("Hello");
  expect(server.wire.last("text").text).toBe("Hello");
  expect(captions().getByText("being sent")).toBeTruthy();
});

test("what was half said before a break is broken off, until it goes on", async () => {
  await server.enter([LUCIA]);
  vi.useFakeTimers();
  const half = (revision: number) => ({ utterance_id: "half", final: false, seq: undefined, revision });
  server.wire.says(transcription("A medi", half(0)));
  server.wire.breaks(1006);
  press("Try now");
  server.recovers();
  server.wire.says(transcription("Otra cosa."));
  expect(captions().getByText("broken off")).toBeTruthy();
  server.wire.says(transcription("A medias", half(1)));
  expect(captions().queryByText("broken off")).toBeNull();
});

test("a stay gives the loudspeaker back when another page is opened", async () => {
  const close = vi.spyOn(Player.prototype, "close");
  const { unmount } = await server.enter();
  expect(close).not.toHaveBeenCalled();
  unmount();
  expect(close).toHaveBeenCalled();
});

const KEPT = { sessionId: "old", roomId: "lobby", resumeToken: "t", lastSeq: 4 };

/** At the entrance of `other`, in a tab with a session in the lobby; joins. */
async function joinOther(): Promise<void> {
  keepStay({ roomId: "lobby", name: "Ada", speaks: "en", hears: "en", session: KEPT });
  const store = makeStore();
  store.dispatch(prefer({ name: "Ada", speaks: "en", hears: "en" }));
  await server.visit("/rooms/other", { store });
  const join = await screen.findByRole("button", { name: "Join the room" });
  await waitFor(() => {
    expect(join).toHaveProperty("disabled", false);
  });
  await userEvent.click(join);
  await waitFor(() => {
    expect(server.wires).toHaveLength(2);
  });
}

test("who joins another room leaves the one in which the tab still has a session", async () => {
  await joinOther();
  const [old] = server.wires;
  old?.says({ type: "connected", connection_id: "c0", protocol: 1 });
  expect(old?.last("recover_session")).toMatchObject({ session_id: "old", resume_token: "t" });
  const back = { session_id: "old", room_id: "lobby", resume_token: "t2", seq: 9, missed: 0, gap: false };
  old?.says({ type: "session_recovered", ...back, participants: [], ref: old.last("recover_session").id });
  expect(old?.last("leave_session")).toBeTruthy();
  expect(old?.closedWith).toBeDefined();
  server.admits([], { room_id: "other" });
  expect(status()).toBe("Connected");
  expect(keptStay()).toMatchObject({ roomId: "other", session: { sessionId: "ada" } });
});

test("a session that is gone is not made anew to be left", async () => {
  await joinOther();
  const [old] = server.wires;
  old?.says({ type: "connected", connection_id: "c0", protocol: 1 });
  const { id } = old?.last("recover_session") ?? {};
  old?.says({ type: "error", code: "session_not_found", message: "no", ref: id });
  expect(old?.sent.map(({ type }) => type)).toEqual(["recover_session"]);
  expect(old?.closedWith).toBeDefined();
});

test("after joining from a link, keyboard and screen reader go on at the room's name", async () => {
  await joinOther();
  await waitFor(() => {
    expect(document.activeElement).toBe(screen.getByRole("heading", { name: "other" }));
  });
});

test("joining takes the entrance's place in the history, so that Back leads to where one came from", async () => {
  const store = makeStore();
  store.dispatch(prefer({ name: "Ada", speaks: "en", hears: "en" }));
  await speakInterface("en");
  const router = createMemoryRouter([{ path: "/", element: <p>Overview</p> }, ...server.routes()], {
    initialEntries: ["/", "/rooms"],
  });
  render(<Application store={store} router={router} nonce={undefined} />);
  const join = await screen.findByRole("button", { name: "Join the room" });
  await waitFor(() => {
    expect(join).toHaveProperty("disabled", false);
  });
  await userEvent.click(join);
  await screen.findByRole("heading", { name: "lobby" });
  await waitFor(() => {
    expect(router.state.location.pathname).toBe("/rooms/lobby");
  });
  await act(async () => {
    await router.navigate(-1);
  });
  expect(await screen.findByText("Overview")).toBeTruthy();
});
