// Who interprets in a room, what it costs, and the end of its budget.
import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test } from "vitest";
import type { BudgetFigures, RoomView, UsageFigures } from "../../../api/types.ts";
import type { Store } from "../../../app/store.ts";
import { expectAccessible } from "../../../testing/accessible.ts";
import type { Rendering } from "../../../testing/rendering.tsx";
import { LUCIA, RoomServer, transcription, translation } from "../../../testing/room-server.tsx";

let server: RoomServer;
beforeEach(() => {
  server = new RoomServer();
});

const AZURE: UsageFigures = { engine: "azure-translate", audio_ms: 65_000, lag_ms: 300, cost_usd: 0.0442 };
const LOCAL: UsageFigures = { engine: "local", audio_ms: 1_000, lag_ms: 0 };

function used(figures: UsageFigures, room_id = "lobby"): object {
  return { type: "usage", room_id, ...figures };
}

const exhausted = { type: "error", code: "budget_exhausted", message: "the budget of this room is used up" };

function described(usage: UsageFigures[], budget?: BudgetFigures): RoomView {
  return {
    room_id: "lobby",
    name: null,
    private: false,
    created_at: "2026-11-21T09:00:00Z",
    participants: [],
    seq: 1,
    sockets: 1,
    sources: [],
    invokers: [],
    usage,
    ...(budget === undefined ? {} : { budget }),
  };
}

/** The server answers what the room is like only when the test says so. */
function answersLate(): (view: RoomView, store: Store) => Promise<void> {
  const { promise, resolve } = Promise.withResolvers<RoomView>();
  server.answers.set("/api/rooms/lobby", async () => Response.json(await promise));
  return async (view, store) => {
    resolve(view);
    await waitFor(() => {
      const questions = Object.values(store.getState().api.queries);
      expect(questions.find((question) => question?.endpointName === "room")?.status).toBe("fulfilled");
    });
  };
}

async function enterLucias(rendering: Rendering = {}) {
  return server.enter([LUCIA], rendering);
}

const panel = () => within(screen.getByRole("region", { name: "Interpreting" }));
const engines = () =>
  panel()
    .queryAllByRole("listitem")
    .map(({ textContent }) => textContent);
/** What interrupts a screen reader because translation has stopped. */
const stops = () =>
  screen.getAllByRole("alert").filter(({ textContent }) => textContent.includes("Translation has stopped"));
const money = (text: string) => text.replaceAll("US$", "$");

test("engines appear as they are used, with lag in words, cost and tokens where there are any", async () => {
  await enterLucias();
  expect(panel().getByText("The engines are shown as soon as somebody speaks.")).toBeTruthy();
  server.wire.says(used(LOCAL), used({ ...AZURE, lag_ms: 2_400 }), used(AZURE, "elsewhere"));
  expect(engines().map(money)).toEqual([
    "localKeeps up: 0 ms behind1 sec of audio",
    "azure-translate$0.044 so farSome delay: 2.4 sec behind1 min 5 sec of audio",
  ]);
  server.wire.says(used({ ...AZURE, lag_ms: 9_000, tokens: 1_234, cost_usd: 1.5 }));
  expect(engines().map(money)[1]).toBe(
    "azure-translate$1.50 so farFar behind: 9 sec behind1 min 5 sec of audio · 1,234 tokens",
  );
  expect(panel().queryByText("The engines are shown as soon as somebody speaks.")).toBeNull();
});

test("what the figures mean is told on demand", async () => {
  await enterLucias();
  const button = panel().getByRole("button", { name: "What these figures mean" });
  expect(button.getAttribute("aria-expanded")).toBe("false");
  await userEvent.click(button);
  expect(button.getAttribute("aria-expanded")).toBe("true");
  await waitFor(() => {
    expect(panel().getByText(/how long speech waits for the engine/u)).toBeVisible();
  });
});

test("while the connection is lost nobody says how far behind the engines are, and after leaving nothing of them stays", async () => {
  await enterLucias();
  server.wire.says(used(AZURE));
  server.wire.breaks(1006);
  expect(engines().map(money)).toEqual(["azure-translate$0.044 so far1 min 5 sec of audio"]);
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  await screen.findByRole("button", { name: "Join the room" });
  expect(screen.queryByText("azure-translate")).toBeNull();
});

test("what others used before is asked for, and what is told meanwhile is newer than the answer", async () => {
  const tells = answersLate();
  const { store } = await enterLucias();
  server.wire.says(used({ ...AZURE, audio_ms: 120_000, budget_left: { cost_usd: 0.3 } }));
  await tells(described([LOCAL, { ...AZURE, budget_left: { cost_usd: 0.4 } }], { cost_usd: 0.5, minutes: 30 }), store);
  expect(engines().map((text) => text.slice(0, 5))).toEqual(["local", "azure"]);
  expect(engines()[1]).toContain("2 min 0 sec of audio");
  const bar = panel().getByRole("progressbar", { name: "Left of the budget" });
  expect(bar.getAttribute("aria-valuenow")).toBe("60");
  expect(money(bar.getAttribute("aria-valuetext") ?? "")).toBe("$0.30 of $0.50");
  // Of minutes nothing is known but how many there were.
  expect(panel().getByText("Budget of this room").nextSibling?.textContent).toBe("30 min");
  server.wire.says(used({ ...AZURE, budget_left: { cost_usd: 0.0496, minutes: 12.5 } }));
  expect(
    panel()
      .getAllByText("Left of the budget")
      .map((label) => money(label.nextSibling?.textContent ?? "")),
  ).toEqual(["$0.049 of $0.50", "12.5 min of 30 min"]);
  expect(server.asked.filter(({ url }) => url.endsWith("/api/rooms/lobby"))).toHaveLength(1);
});

test("where the whole budget is not known, what is left is a number", async () => {
  await enterLucias();
  server.wire.says(used({ ...AZURE, budget_left: { cost_usd: 0.25 } }));
  expect(money(panel().getByText("Left of the budget").nextSibling?.textContent ?? "")).toBe("$0.25");
  expect(panel().queryByRole("progressbar")).toBeNull();
});

test("an answer about a room that was left changes nothing in the next one", async () => {
  const tells = answersLate();
  const { store } = await enterLucias();
  await userEvent.click(screen.getByRole("button", { name: "Leave" }));
  await screen.findByRole("button", { name: "Join the room" });
  await tells(described([AZURE]), store);
  expect(store.getState().interpreting?.engines).toEqual({});
});

test("the end of the budget is told once and for good, and captions of what is said go on", async () => {
  server.answers.set("/api/rooms/lobby", () => Response.json(described([], { cost_usd: 0.001 })));
  const { store } = await enterLucias();
  await screen.findByText("Budget of this room");
  server.wire.says(transcription("¿Empezamos?", { utterance_id: "before" }));
  expect(screen.getByText("Waiting for the translation")).toBeTruthy();
  await userEvent.type(screen.getByRole("textbox", { name: "Write what you want to say" }), "Yes{Enter}");
  server.wire.says(used({ ...AZURE, budget_left: { cost_usd: 0 } }), exhausted);
  const told = stops();
  expect(told).toHaveLength(1);
  // What was typed is on its way as before, and what was waited for does not come.
  expect(screen.getByText("being sent")).toBeTruthy();
  expect(screen.getByText("No translation came")).toBeTruthy();

  // Whatever engines still say, it is the same notice, and nothing beside it.
  server.wire.says(
    exhausted,
    { type: "error", code: "translation_interrupted", message: "x" },
    { type: "error", code: "untranslated", message: "x" },
  );
  server.wire.says(transcription("Nadie me traduce.", { utterance_id: "after" }));
  expect(screen.getByText("Nadie me traduce.")).toBeTruthy();
  expect(screen.queryByText("Waiting for the translation")).toBeNull();
  expect(screen.getAllByText("No translation came")).toHaveLength(1);
  expect(store.getState().notices).toEqual([]);

  // Coming back does not tell it anew.
  server.wire.breaks(1006);
  await waitFor(() => {
    expect(server.wires).toHaveLength(2);
  });
  server.recovers();
  server.wire.says(exhausted);
  await waitFor(() => {
    expect(server.asked.filter(({ url }) => url.endsWith("/api/rooms/lobby"))).toHaveLength(2);
  });
  await waitFor(() => {
    const questions = Object.values(store.getState().api.queries);
    expect(questions.map((question) => question?.status)).not.toContain("pending");
  });
  expect(stops()).toHaveLength(1);
  expect(stops()[0]).toBe(told[0]);
  await expectAccessible();
});

test("a room that was made anew has a budget of its own", async () => {
  server.answers.set("/api/rooms/lobby", () => Response.json(described([], { cost_usd: 5 })));
  await enterLucias();
  await screen.findByText("Budget of this room");
  server.wire.says(exhausted);
  expect(screen.getByText("Translation has stopped")).toBeTruthy();
  server.wire.breaks(1006);
  await waitFor(() => {
    expect(server.wires).toHaveLength(2);
  });
  server.recovers();
  await waitFor(() => {
    expect(screen.queryByText("Translation has stopped")).toBeNull();
  });
  server.wire.says(translation("Hello."));
  expect(screen.getByText("Hello.")).toBeTruthy();
});

test("troubles of engines say nothing of what one has typed, and each is told once", async () => {
  const { store } = await enterLucias();
  await userEvent.type(screen.getByRole("textbox", { name: "Write what you want to say" }), "Hello{Enter}");
  const interrupted = { type: "error", code: "translation_interrupted", message: "x" };
  const fallback = { type: "error", code: "engine_fallback", message: "x" };
  server.wire.says(interrupted, fallback, interrupted, fallback, interrupted);
  expect(screen.getByText("being sent")).toBeTruthy();
  expect(store.getState().notices.map(({ topic, kind }) => `${topic} ${kind}`)).toEqual([
    "interrupted news",
    "fallback news",
  ]);
  // What answers one's own message is always told.
  const { id } = server.wire.last("text");
  const failed = { type: "error", code: "engine_timeout", message: "x" };
  server.wire.says(failed, { ...failed, code: "invalid_text" }, { ...failed, ref: id });
  expect(store.getState().notices.at(-1)?.text).toBe("The engine took too long. Say it once more.");
});

for (const look of ["light", "dark"] as const) {
  test(`in Spanish and ${look}, everybody can use it`, async () => {
    localStorage.setItem("mui-mode", look);
    server.answers.set("/api/rooms/lobby", () => Response.json(described([AZURE], { cost_usd: 0.5, minutes: 2 })));
    await enterLucias({ language: "es" });
    const spanish = within(screen.getByRole("region", { name: "Interpretación" }));
    await spanish.findByText(/^Va al día: 300 ms de retraso$/u);
    server.wire.says(
      used({ ...AZURE, lag_ms: 7_000, tokens: 1, budget_left: { cost_usd: 0, minutes: 1 } }),
      used({ ...LOCAL, lag_ms: 3_000 }),
      exhausted,
    );
    expect(spanish.getByText(/^Va muy atrasado: 7 s/u)).toBeTruthy();
    expect(spanish.getByText(/^Algo de retraso: 3 s/u)).toBeTruthy();
    expect(spanish.getByText(/^0,044\sUS\$ hasta ahora|^(?:US)?\$0\.044 hasta ahora/u)).toBeTruthy();
    expect(spanish.getByText(/1 token$/u)).toBeTruthy();
    expect(screen.getByText("La traducción se ha detenido")).toBeTruthy();
    await userEvent.click(spanish.getByRole("button", { name: "Qué significan estas cifras" }));
    await expectAccessible();
  });
}
