// The transcript as a file on one's own computer.
import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { enterKey } from "../../../app/access.ts";
import { makeStore } from "../../../app/store.ts";
import { LUCIA, RoomServer, translation } from "../../../testing/room-server.tsx";

const PATH = "/api/rooms/lobby/transcript";
let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});
afterEach(() => {
  vi.restoreAllMocks();
});

/** What the browser was given to save. */
function downloads() {
  const saved: { name: string; text: Promise<string> }[] = [];
  vi.spyOn(HTMLAnchorElement.prototype, "click").mockImplementation(function (this: HTMLAnchorElement) {
    const text = new Promise<string>((settle) => {
      const question = new XMLHttpRequest();
      question.onload = () => {
        settle(question.responseText);
      };
      question.open("GET", this.href);
      question.send();
    });
    saved.push({ name: this.download, text });
  });
  return saved;
}

async function choose(field: string, option: string): Promise<void> {
  await userEvent.click(screen.getByRole("combobox", { name: field }));
  await userEvent.click(await screen.findByRole("option", { name: option }));
}

test("it is fetched with the key, in the chosen format and language, and saved under a good name", async () => {
  const store = makeStore();
  store.dispatch(enterKey("secret"));
  await server.enter([LUCIA], { store });
  server.wire.says(translation("Bom dia.", { language: "pt-BR" }));
  server.answers.set(PATH, () => new Response("1\n00:00 Hola"));
  const saved = downloads();
  await userEvent.click(screen.getByRole("button", { name: "Save the transcript" }));
  await choose("Format", "SubRip, for video editors");
  await userEvent.click(screen.getByRole("combobox", { name: "Language" }));
  expect((await screen.findAllByRole("option")).map(({ textContent }) => textContent)).toEqual([
    "As it was said",
    "English",
    "Spanish",
    "Brazilian Portuguese",
  ]);
  await userEvent.click(screen.getByRole("option", { name: "Spanish" }));
  await userEvent.click(screen.getByRole("button", { name: "Save" }));
  expect(await screen.findByText(/^Saved as interpres-lobby-es-\d{4}-\d\d-\d\d\.srt\.$/u)).toBeTruthy();
  expect(saved[0]?.name).toMatch(/^interpres-lobby-es-\d{4}-\d\d-\d\d\.srt$/u);
  expect(await saved[0]?.text).toBe("1\n00:00 Hola");
  const asked = server.asked.find(({ url }) => url.includes(PATH));
  expect(new URL(asked?.url ?? "").search).toBe("?format=srt&lang=es");
  expect(asked?.headers.get("authorization")).toBe("Bearer secret");
});

test.each<[string, (() => Response) | undefined, RegExp]>([
  ["forbidden", () => new Response("", { status: 403 }), /for those who are or were in this room/u],
  ["not there", () => new Response("", { status: 404 }), /Nothing has been stored of this room yet/u],
  ["unreachable", undefined, /The server does not answer/u],
  [
    "failing",
    () => Response.json({ error: { code: "x", message: "the store is full" } }, { status: 503 }),
    /the store is full/u,
  ],
  ["failing without words", () => new Response("<html>", { status: 502 }), /HTTP 502/u],
  ["failing with other words", () => Response.json({ wrong: true }, { status: 500 }), /HTTP 500/u],
])("a transcript that is %s is explained", async (_, answer, text) => {
  await server.enter();
  if (answer !== undefined) server.answers.set(PATH, answer);
  const saved = downloads();
  await userEvent.click(screen.getByRole("button", { name: "Save the transcript" }));
  await userEvent.click(await screen.findByRole("button", { name: "Save" }));
  expect((await screen.findByRole("alert")).textContent).toMatch(text);
  expect(saved).toHaveLength(0);
  const asked = server.asked.find(({ url }) => url.includes(PATH));
  expect(asked?.headers.has("authorization")).toBe(false);
  await userEvent.keyboard("{Escape}");
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

test("while it is being fetched the keyboard stays where it was, and it is not fetched twice", async () => {
  await server.enter();
  const answered = Promise.withResolvers<Response>();
  server.answers.set(PATH, () => answered.promise);
  const saved = downloads();
  await userEvent.click(screen.getByRole("button", { name: "Save the transcript" }));
  await userEvent.click(await screen.findByRole("button", { name: "Save" }));
  const saving = await screen.findByRole("button", { name: "Saving…" });
  expect(document.activeElement).toBe(saving);
  await userEvent.keyboard("{Enter}");
  answered.resolve(new Response("WEBVTT"));
  await screen.findByText(/^Saved as/u);
  expect(saved).toHaveLength(1);
  expect(server.asked.filter(({ url }) => url.includes(PATH))).toHaveLength(1);
});
