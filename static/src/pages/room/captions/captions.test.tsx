// Live captions, as a person sees and hears them.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { LUCIA, RoomServer, transcription, translation } from "../../../testing/room-server.tsx";
import { selectAnnounced } from "../stay-slice.ts";

let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

const captions = () => screen.getByRole("group", { name: "Captions" });
const rows = () => within(within(captions()).getByRole("list")).queryAllByRole("listitem");
const side = (row: HTMLElement | undefined, kind: "source" | "translation") =>
  row?.querySelector<HTMLElement>(`[data-side=${kind}]`) ?? undefined;

function row(place = 0): HTMLElement {
  const found = rows()[place];
  if (found === undefined) throw new Error(`there is no caption ${place}`);
  return found;
}

test("a caption firms up in place, moves nothing, and stands beside its translation", async () => {
  await server.enter([LUCIA]);
  const said = { utterance_id: "x", seq: undefined, final: false };
  server.wire.says(transcription("Buenos", said), transcription("Buenos días a todos.", { ...said, revision: 1 }));
  const before = row().getBoundingClientRect();
  expect(side(row(), "source")?.dataset.state).toBe("partial");
  expect(side(row(), "source")?.textContent).toContain("(still changing)");
  expect(side(row(), "translation")?.textContent).toContain("Waiting for the translation");
  server.wire.says(
    transcription("Buenos días a todos.", { utterance_id: "x", revision: 2 }),
    translation("Good morning everyone.", { utterance_id: "x", revision: 2 }),
  );
  expect(rows()).toHaveLength(1);
  expect(side(row(), "source")?.dataset.state).toBe("final");
  expect(side(row(), "source")?.textContent).not.toContain("still changing");
  const words = within(row()).getByText("Good morning everyone.");
  expect(words.lang).toBe("en");
  expect(within(row()).getByText("Buenos días a todos.").lang).toBe("es");
  const after = row().getBoundingClientRect();
  expect([after.top, after.height]).toEqual([before.top, before.height]);
});

test("what comes twice is shown once", async () => {
  await server.enter([LUCIA]);
  const said = transcription("Hola.");
  server.wire.says(said, said, { ...said, final: false, text: "Ho" });
  expect(rows()).toHaveLength(1);
  expect(within(row()).getByText("Hola.")).toBeTruthy();
});

test("confidence, time and what was not stored are told quietly, to screen readers too", async () => {
  await server.enter([LUCIA]);
  server.wire.says(transcription("Hola.", { confidence: 0.824, durable: false }));
  expect(within(row()).getByText("Confidence 82 %")).toBeTruthy();
  expect(within(row()).getByText("not stored")).toBeTruthy();
  expect(row().querySelector("time")?.dateTime).toBe("2026-11-21T09:30:00.000Z");
});

test("one chooses whether both sides are shown, only one's own language, or only the original", async () => {
  await server.enter([LUCIA]);
  server.wire.says(transcription("Hola.", { utterance_id: "x" }), translation("Hello.", { utterance_id: "x" }));
  server.wire.says(transcription("Good.", { language: "en" }));
  const shown = () =>
    rows().map((one) => [...one.querySelectorAll<HTMLElement>("[data-side]")].map(({ dataset }) => dataset.side));
  expect(shown()).toEqual([["source", "translation"], ["source"]]);
  await userEvent.click(screen.getByRole("button", { name: "Only mine" }));
  expect(shown()).toEqual([["translation"], ["source"]]);
  await userEvent.click(screen.getByRole("button", { name: "Original" }));
  expect(shown()).toEqual([["source"], ["source"]]);
  await userEvent.click(screen.getByRole("button", { name: "Original" }));
  expect(shown()).toEqual([["source"], ["source"]]);
});

test("where nothing can be translated nobody waits for it, and it is said", async () => {
  await server.enter([LUCIA]);
  server.wire.says({
    type: "session_configured",
    config: {},
    warnings: [
      { code: "translation_unavailable", message: "x", language: "en" },
      { code: "language_assumed", message: "y", language: "en" },
      { code: "glossary_unsupported", message: "z" },
      { code: "new_one", message: "From the server." },
    ],
  });
  server.wire.says(transcription("Hola."));
  expect(side(row(), "translation")).toBeUndefined();
  expect(screen.getByText(/Nothing is translated into English here/u)).toBeTruthy();
  expect(screen.getByText(/it takes it to be English/u)).toBeTruthy();
  expect(screen.getByText(/glossary is not used/u)).toBeTruthy();
  expect(screen.getByText("From the server.")).toBeTruthy();
});

test("when no translation comes the waiting ends", async () => {
  await server.enter([LUCIA]);
  vi.useFakeTimers();
  server.wire.says(transcription("Hola."));
  expect(side(row(), "translation")?.dataset.state).toBe("awaited");
  act(() => {
    vi.advanceTimersByTime(20_001);
  });
  expect(side(row(), "translation")?.textContent).toBe("No translation came");
});

test("screen readers are told finals of others in the heard language, joined, at most every three seconds", async () => {
  await server.enter([LUCIA]);
  vi.useFakeTimers();
  const log = screen.getByRole("log", { name: "What the others said" });
  expect(log.getAttribute("aria-live")).toBe("polite");
  const lines = () => [...log.children].map((line) => [line.getAttribute("lang"), line.textContent]);
  server.wire.says(
    transcription("Hola.", { utterance_id: "a" }),
    translation("Hel", { utterance_id: "a", final: false, seq: undefined }),
    translation("Hello.", { utterance_id: "a" }),
    transcription("My own.", { speaker: { session_id: "ada", name: "Ada" }, language: "en" }),
    translation("How are you?", { utterance_id: "b" }),
    translation("Well?", { utterance_id: "c" }),
  );
  expect(lines()).toEqual([["en", "Lucía: Hello."]]);
  act(() => {
    vi.advanceTimersByTime(2_999);
  });
  expect(lines()).toHaveLength(1);
  act(() => {
    vi.advanceTimersByTime(1);
  });
  expect(lines()[1]).toEqual(["en", "Lucía: How are you? Well?"]);
});

test("screen readers are told the words themselves where nothing is translated, at once", async () => {
  await server.enter([LUCIA]);
  const log = screen.getByRole("log", { name: "What the others said" });
  const warnings = [{ code: "translation_unavailable", message: "x", language: "en" }];
  server.wire.says({ type: "session_configured", config: {}, warnings }, transcription("Hola."));
  expect(log.textContent).toBe("Lucía: Hola.");
  expect(log.firstElementChild?.getAttribute("lang")).toBe("es");
});

test("screen readers are told the words themselves when no translation has come in its time", async () => {
  await server.enter([LUCIA]);
  vi.useFakeTimers();
  const log = screen.getByRole("log", { name: "What the others said" });
  server.wire.says(
    transcription("Hola.", { utterance_id: "a" }),
    transcription("Adiós.", { utterance_id: "b" }),
    translation("Bye.", { utterance_id: "b" }),
  );
  expect(log.textContent).toBe("Lucía: Bye.");
  act(() => {
    vi.advanceTimersByTime(19_999);
  });
  expect(log.children).toHaveLength(1);
  act(() => {
    vi.advanceTimersByTime(1);
  });
  expect(log.lastElementChild?.textContent).toBe("Lucía: Hola.");
  expect(log.lastElementChild?.getAttribute("lang")).toBe("es");
  act(() => {
    vi.advanceTimersByTime(60_000);
  });
  expect(log.children).toHaveLength(2);
});

test("after leaving, what was waiting for its translation is not read", async () => {
  const { store, unmount } = await server.enter([LUCIA]);
  vi.useFakeTimers();
  server.wire.says(transcription("Hola."));
  unmount();
  vi.advanceTimersByTime(60_000);
  expect(selectAnnounced(store.getState())).toEqual([]);
});

test("who wants no announcements gets none", async () => {
  await server.enter([LUCIA]);
  await userEvent.click(screen.getByRole("switch", { name: "Read what others say to screen readers" }));
  server.wire.says(translation("Hello."));
  expect(screen.getByRole("log", { name: "What the others said" }).textContent).toBe("");
});

test("who is talking is told, except to themselves", async () => {
  await server.enter([LUCIA]);
  const edge = (session_id: string) => ({
    type: "speech_started",
    room_id: "lobby",
    speaker: { session_id, name: "" },
  });
  server.wire.says(edge("ada"), edge("lucia"));
  expect(screen.getByText("Lucía is talking")).toBeTruthy();
  server.wire.says({ ...edge("lucia"), type: "speech_stopped" });
  expect(screen.queryByText("Lucía is talking")).toBeNull();
});

test("the end stays in view until one scrolls up; a button leads back to it", async () => {
  await server.enter([LUCIA]);
  const place = captions();
  const atTheEnd = () => place.scrollHeight - place.scrollTop - place.clientHeight < 4;
  for (let count = 0; count < 40; count += 1) server.wire.says(transcription(`Número ${count}.`));
  await waitFor(() => {
    expect(place.scrollHeight).toBeGreaterThan(place.clientHeight);
    expect(atTheEnd()).toBe(true);
  });
  place.scrollTop = 0;
  expect(await screen.findByRole("button", { name: "Go to the latest" })).toBeTruthy();
  server.wire.says(transcription("Más."), transcription("Y más."));
  expect(place.scrollTop).toBe(0);
  await userEvent.click(screen.getByRole("button", { name: "Go to the latest · 2 new captions" }));
  expect(atTheEnd()).toBe(true);
  expect(screen.queryByRole("button", { name: /Go to the latest/u })).toBeNull();
});

test("with five hundred captions a new one, and a letter typed, draw only themselves", async () => {
  await server.enter([LUCIA]);
  server.wire.says(...Array.from({ length: 510 }, (_, count) => transcription(`Número ${count}.`, { language: "en" })));
  expect(rows()).toHaveLength(500);
  expect(rows()[0]?.textContent).toContain("Número 10.");
  const changed: Node[] = [];
  const watch = new MutationObserver((changes) => changed.push(...changes.map(({ target }) => target)));
  watch.observe(within(captions()).getByRole("list"), {
    subtree: true,
    childList: true,
    characterData: true,
    attributes: true,
  });
  const said = { utterance_id: "last", final: false, seq: undefined, language: "en" };
  server.wire.says(transcription("Un", said));
  await Promise.resolve();
  expect(changed).toHaveLength(2);
  expect(changed.every((target) => target === within(captions()).getByRole("list"))).toBe(true);
  changed.length = 0;
  server.wire.says(transcription("Uno", { ...said, revision: 1 }));
  await userEvent.type(screen.getByRole("textbox", { name: "Write what you want to say" }), "Hello");
  const last = rows().at(-1);
  expect(changed.length).toBeGreaterThan(0);
  expect(changed.every((target) => last?.contains(target))).toBe(true);
  watch.disconnect();
});
