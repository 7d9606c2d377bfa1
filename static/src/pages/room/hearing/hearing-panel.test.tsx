import { fireEvent, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { makeStore } from "../../../app/store.ts";
import { Player } from "../../../client/index.ts";
import { expectAccessible } from "../../../testing/accessible.ts";
import { renderPiece } from "../../../testing/rendering.tsx";
import { HearingPanel } from "./hearing-panel.tsx";

function slider(name: string): HTMLInputElement {
  const found = screen.getByRole("slider", { name });
  if (!(found instanceof HTMLInputElement)) throw new Error("no slider");
  return found;
}

test("volume and ducking are the player's, remembered, and changed with the keyboard", async () => {
  const player = new Player(vi.fn());
  const [volume, ducking] = [vi.spyOn(player, "setVolume"), vi.spyOn(player, "setDucking")];
  const store = makeStore();
  await renderPiece(<HearingPanel player={player} onBargeIn={vi.fn()} voices={[]} />, { store });
  expect([volume.mock.lastCall, ducking.mock.lastCall]).toEqual([[0.8], [0.2]]);
  expect(slider("Translated voices").getAttribute("aria-valuetext")).toBe("80 %");
  fireEvent.change(slider("Translated voices"), { target: { value: "0.3" } });
  fireEvent.change(slider("Originals under a translation"), { target: { value: "0.5" } });
  expect([volume.mock.lastCall, ducking.mock.lastCall]).toEqual([[0.3], [0.5]]);
  expect(makeStore().getState().preferences).toMatchObject({ volume: 0.3, ducking: 0.5 });
  await expectAccessible();
});

test("muting silences the player; a panel that comes later knows", async () => {
  const player = new Player(vi.fn());
  const { unmount } = await renderPiece(<HearingPanel player={player} onBargeIn={vi.fn()} voices={[]} />);
  await userEvent.click(screen.getByRole("button", { name: "Mute all" }));
  expect(player.muted).toBe(true);
  unmount();
  await renderPiece(<HearingPanel player={player} onBargeIn={vi.fn()} voices={[]} />);
  expect(screen.getByRole("button", { name: "Mute all" }).getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(screen.getByRole("button", { name: "Mute all" }));
  expect(player.muted).toBe(false);
});

test("it says who is heard now, each once, and advises headphones", async () => {
  const player = new Player(vi.fn());
  const { unmount } = await renderPiece(<HearingPanel player={player} onBargeIn={vi.fn()} voices={[]} />);
  expect(screen.getByText("No voice is heard now.")).toBeTruthy();
  expect(screen.getByText(/Use headphones/u)).toBeTruthy();
  unmount();
  await renderPiece(<HearingPanel player={player} onBargeIn={vi.fn()} voices={["Ana", "Björn", "Ana"]} />);
  expect(screen.getAllByText(/^(?:Ana|Björn)$/u).map(({ textContent }) => textContent)).toEqual(["Ana", "Björn"]);
});

test("who wants silence while they speak says so, and it is remembered", async () => {
  const onBargeIn = vi.fn();
  await renderPiece(<HearingPanel player={new Player(vi.fn())} onBargeIn={onBargeIn} voices={[]} />);
  const wish = screen.getByRole("switch", { name: "Silence translations when I begin to speak" });
  await userEvent.click(wish);
  expect(onBargeIn).toHaveBeenLastCalledWith(true);
  expect(makeStore().getState().preferences.bargeIn).toBe(true);
  await userEvent.click(wish);
  expect(onBargeIn).toHaveBeenLastCalledWith(false);
  expect(makeStore().getState().preferences.bargeIn).toBe(false);
});
