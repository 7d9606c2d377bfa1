// The room page in its states by axe (WCAG 2.1 AA), and on a phone.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import axe from "axe-core";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { LUCIA, RoomServer, transcription, translation } from "../../testing/room-server.tsx";

let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});
afterEach(async () => {
  vi.restoreAllMocks();
  await page.viewport(1280, 800);
});

/** What axe finds wrong. Landmarks and headings around the page are the frame's. */
async function faults(): Promise<string[]> {
  // Colours are judged when they have come to rest; what moves for ever does not wait to be.
  const ending = document.getAnimations().filter(({ effect }) => effect?.getTiming().iterations !== Infinity);
  await Promise.allSettled(ending.map(({ finished }) => finished));
  const { violations } = await axe.run(document.body, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"] });
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ failureSummary }) => failureSummary).join(" ")}`);
}

test("the entrance can be used by everybody, also while something in it is wrong", async () => {
  await server.visit("/rooms/mi%20sala");
  await waitFor(() => {
    expect(screen.getByRole("button", { name: "Join the room" })).toHaveProperty("disabled", false);
  });
  expect(await faults()).toEqual([]);
});

test("so can a room with captions of every kind, or a lost connection", async () => {
  await server.enter([LUCIA]);
  await waitFor(() => {
    expect(screen.getByRole("combobox", { name: "I speak" }).getAttribute("aria-disabled")).toBeNull();
  });
  server.wire.says(
    transcription("Hola.", { utterance_id: "x", confidence: 0.4, durable: false }),
    translation("Hello.", { utterance_id: "x" }),
    transcription("Y aho", { final: false, seq: undefined }),
    { type: "speech_started", room_id: "lobby", speaker: LUCIA },
  );
  expect(await faults()).toEqual([]);
  server.wire.breaks(1006);
  expect(await faults()).toEqual([]);
});

test("on a phone the rest is in a drawer, which closes again", async () => {
  await page.viewport(390, 844);
  await server.enter([LUCIA]);
  server.wire.says({ type: "session_closed", reason: "idle" });
  await userEvent.click(screen.getByRole("button", { name: "People, languages and more. 2 in this room" }));
  const drawer = await screen.findByRole("dialog", { name: "People, languages and more" });
  expect(within(drawer).getByRole("region", { name: "In this room" })).toBeTruthy();
  expect(await faults()).toEqual([]);
  await userEvent.click(within(drawer).getByRole("button", { name: "Close" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(screen.getByText("You are no longer in the room")).toBeTruthy();
  expect(await faults()).toEqual([]);
});

test("nothing needs to be scrolled sideways where the window is 320 pixels wide", async () => {
  await page.viewport(320, 640);
  await server.enter([LUCIA]);
  server.wire.says(
    transcription("x".repeat(200), { language: "en" }),
    transcription("Hola a todos.", { durable: false }),
  );
  expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
});
