// The overview as a person sees it, against a server within the test.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { enterKey } from "../../app/access.ts";
import { expectAccessible } from "../../testing/accessible.ts";
import { Refusal } from "../../testing/answers.ts";
import { FakeServer } from "../../testing/fake-server.ts";
import type { Answers } from "../../testing/fake-server.ts";
import { renderRoutes } from "../../testing/rendering.tsx";
import type { Rendering } from "../../testing/rendering.tsx";
import { answers, dashboard, HEALTH, KITCHEN, NOON, room, sampleAt } from "./overview.fixtures.ts";
import { OverviewPage } from "./overview-page.tsx";

afterEach(() => {
  vi.unstubAllGlobals();
  localStorage.clear();
});

async function open(change: Answers = {}, rendering: Rendering = {}) {
  const server = new FakeServer(answers(change));
  const rendered = await renderRoutes(
    [
      { path: "/", Component: OverviewPage },
      { path: "/rooms/:roomId?", element: <p>The room page</p> },
    ],
    rendering,
  );
  return { server, ...rendered };
}

/** The page with its socket let in. */
async function openLive(change: Answers = {}, rendering: Rendering = {}) {
  const opened = await open(change, rendering);
  await waitFor(() => {
    expect(opened.server.sockets).toHaveLength(1);
  });
  tell(() => {
    opened.server.socket.accepts();
  });
  return opened;
}

function tell(what: () => void): void {
  act(what);
}

const caption = {
  kind: "transcription",
  utterance_id: "u1",
  speaker: { session_id: "s1", name: "Ana Ruiz" },
  language: "es",
};

test("one look tells that all is well", async () => {
  const { server } = await openLive();
  expect(await screen.findByText("All is well")).toBeTruthy();
  expect(screen.getByText("0.1.0")).toBeTruthy();
  expect(screen.getByText("1 day 2 hr")).toBeTruthy();
  expect(screen.getByText("store: works")).toBeTruthy();
  expect(await screen.findByText("live")).toBeTruthy();
  expect(screen.getByText("No alerts. Nothing needs you.")).toBeTruthy();
  expect(server.socket.topics).toContain("metrics");
  await expectAccessible();
});

test("what is broken is named, with what to do", async () => {
  const missing = [{ what: "recogniser en", remedy: "apt-get install pocketsphinx-en-us" }];
  const warnings = [{ what: "voice ca", remedy: "apt-get install espeak-ng-data" }];
  const since = new Date(Date.now() - 3 * 60_000).toISOString();
  await open({
    "/api/health": { ...HEALTH, status: "unhealthy", components: { store: "unhealthy", acs: "not_configured" } },
    "/readyz": { status: "not_ready", missing, warnings },
    "/api/dashboard": dashboard(
      [sampleAt(NOON, { restarts: 3 })],
      [
        {
          id: "i",
          code: "version_old",
          severity: "info",
          message: "A new version is out",
          remedy: "Read the notes.",
          since: "",
        },
        {
          id: "d",
          code: "disk_full",
          severity: "warning",
          message: "The disk is full",
          remedy: "Delete something.",
          since: "2026-03-01T10:00:00Z",
        },
        {
          id: "r",
          code: "engine_unavailable",
          severity: "critical",
          message: "No recogniser",
          remedy: "Install one.",
          since,
        },
      ],
    ),
  });
  expect(await screen.findByText("Something is broken")).toBeTruthy();
  expect(await screen.findByText("recogniser en")).toBeTruthy();
  expect(screen.getByText("What to do: apt-get install pocketsphinx-en-us")).toBeTruthy();
  expect(screen.getByText("voice ca")).toBeTruthy();
  expect(screen.getByText("store: broken")).toBeTruthy();
  expect(screen.getByText("acs: not set up")).toBeTruthy();
  const alerts = await screen.findByRole("log", { name: "Alerts" });
  const titles = await within(alerts).findAllByText(/^(?:Critical|Warning|For information):/u);
  expect(titles.map(({ textContent }) => textContent)).toEqual([
    "Critical: No recogniser",
    "Warning: The disk is full",
    "For information: A new version is out",
  ]);
  expect(within(alerts).getByText("Install one.")).toBeTruthy();
  expect(within(alerts).getByText("3 minutes ago")).toBeTruthy();
  expect(screen.getByText("3 alerts")).toBeTruthy();
  expect(screen.getByText("Restarted parts").nextSibling?.textContent).toBe("3");
  await expectAccessible();
});

test("an alert comes and goes by event", async () => {
  const { server } = await openLive();
  await screen.findByText("No alerts. Nothing needs you.");
  const alert = {
    kind: "alert",
    code: "disk_full",
    severity: "critical",
    message: "The disk is full",
    remedy: "Delete.",
    since: "2026-03-01T10:00:00Z",
  };
  tell(() => {
    server.socket.tells("metrics", { ...alert, raised: true });
  });
  expect(await screen.findByText("Critical: The disk is full")).toBeTruthy();
  tell(() => {
    server.socket.tells("metrics", { ...alert, raised: false });
  });
  expect(await screen.findByText("No alerts. Nothing needs you.")).toBeTruthy();
});

test("what was missed while the socket was broken is asked for once it is back", async () => {
  const over = {
    id: "d",
    code: "store_failing",
    severity: "critical" as const,
    message: "The disk is full",
    remedy: "Delete.",
    since: "",
  };
  const missed = {
    id: "r",
    code: "failures",
    severity: "warning" as const,
    message: "No recogniser",
    remedy: "Install one.",
    since: "",
  };
  const { server } = await openLive({ "/api/dashboard": dashboard([sampleAt(NOON)], [over]) });
  expect(await screen.findByText("Critical: The disk is full")).toBeTruthy();
  await screen.findByText("live");
  server.answers = answers({ "/api/dashboard": dashboard([sampleAt(NOON)], [missed]) });
  tell(() => {
    server.socket.ends(1006);
  });
  await waitFor(() => {
    expect(server.sockets).toHaveLength(2);
  });
  tell(() => {
    server.socket.accepts();
  });
  expect(await screen.findByText("Warning: No recogniser")).toBeTruthy();
  expect(screen.queryByText("Critical: The disk is full")).toBeNull();
});

test("a room shows who is there, who talks, in which languages, and what is said", async () => {
  const { server } = await openLive();
  const card = (await screen.findByRole("link", { name: "kitchen" })).closest("li");
  if (card === null) throw new Error("the link is in no card");
  expect(within(card).getByRole("img", { name: "Ana Ruiz" }).textContent).toBe("AR");
  expect(within(card).getByRole("img", { name: "from Spanish into English" }).textContent).toBe("es → en");
  expect(within(card).getByText("Nobody is talking now")).toBeTruthy();
  expect(within(card).getByText("What is said will stand here.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "quiet · empty" })).toBeTruthy();
  await waitFor(() => {
    expect(server.socket.topics).toContain("room/kitchen");
  });

  const say = (event: Record<string, unknown>) => {
    tell(() => {
      server.socket.tells("room/kitchen", event);
    });
  };
  say({ ...caption, revision: 2, text: "Buenos días a", final: false });
  expect(await within(card).findByText("Buenos días a")).toBeTruthy();
  expect(within(card).getByText("Ana Ruiz talking")).toBeTruthy();
  say({ ...caption, revision: 1, text: "Buenos", final: false });
  say({ ...caption, kind: "translation", revision: 1, language: "en", text: "Good morning", final: false });
  expect(await within(card).findByText("Good morning")).toBeTruthy();
  expect(within(card).queryByText("Buenos")).toBeNull();
  say({ ...caption, revision: 3, text: "Buenos días a todos.", final: true });
  say({ ...caption, kind: "translation", revision: 2, language: "en", text: "Good morning, everybody.", final: true });
  expect(await within(card).findByText("Buenos días a todos.")).toBeTruthy();
  expect(within(card).getByText("Good morning, everybody.")).toBeTruthy();
  expect(within(card).getByText("Nobody is talking now")).toBeTruthy();

  const eva = { session_id: "s3", name: "Eva", kind: "phone", speaks: "fr", hears: ["en"] };
  say({ kind: "participant_joined", participant: eva });
  expect(await within(card).findByRole("img", { name: "Eva" })).toBeTruthy();
  say({ kind: "participant_updated", participant: { ...eva, kind: "bot", name: "Eva's bot" } });
  expect(await within(card).findByRole("img", { name: "Eva's bot" })).toBeTruthy();
  say({ kind: "participant_left", participant: eva });
  await waitFor(() => {
    expect(within(card).queryByRole("img", { name: "Eva's bot" })).toBeNull();
  });
  await expectAccessible();
  await userEvent.click(within(card).getByRole("link", { name: "kitchen" }));
  expect(await screen.findByText("The room page")).toBeTruthy();
});

test("a room's lag and its speech are seen without captions too", async () => {
  const loud = {
    ...KITCHEN,
    name: "Board",
    sources: [{ session_id: "s2", language: "en", state: "hearing", lag_ms: 1_240 }],
  };
  await openLive({
    "/api/access": { authentication: "required", role: "operator", subject: "o" },
    "/api/rooms": { rooms: [loud], next: "kitchen" },
  });
  expect(await screen.findByText("Ben talking")).toBeTruthy();
  expect(screen.getByText("1.2 sec behind")).toBeTruthy();
  expect(screen.getByText(/shown to keys with the role admin/u)).toBeTruthy();
  expect(screen.queryByText("What is said will stand here.")).toBeNull();
  expect(screen.getByText("The first 1 rooms are shown; there are more.")).toBeTruthy();
});

test("captions that the server refuses are left out, and it is said why", async () => {
  const { server } = await openLive();
  await waitFor(() => {
    expect(server.socket.topics).toContain("room/kitchen");
  });
  const ask = server.socket.messages.find(({ topic }) => topic === "room/kitchen");
  tell(() => {
    server.socket.says({ type: "error", code: "forbidden", message: "no", ref: ask?.id });
  });
  expect(await screen.findByText(/shown to keys with the role admin/u)).toBeTruthy();
});

test("a room that comes is followed, and one that ends is not any more", async () => {
  const { server } = await openLive();
  await waitFor(() => {
    expect(server.socket.topics).toContain("room/kitchen");
  });
  server.answers = answers({ "/api/rooms": { rooms: [room("garden", [["g1", "Gil", "en", "es"]])] } });
  tell(() => {
    server.socket.tells("metrics", { kind: "sample", sample: sampleAt(NOON + 5_000, { rooms: 1 }) });
  });
  expect(await screen.findByRole("link", { name: "garden" })).toBeTruthy();
  await waitFor(() => {
    expect(server.socket.topics).toContain("room/garden");
  });
  expect(server.socket.messages.filter(({ type }) => type === "unsubscribe").map(({ topic }) => topic)).toEqual([
    "room/kitchen",
  ]);
  server.answers = answers({ "/api/rooms": { rooms: [] } });
  tell(() => {
    server.socket.tells("room/garden", { kind: "room_ended" });
  });
  expect(await screen.findByRole("link", { name: "Open a room" })).toBeTruthy();
  expect(screen.getByText("Nobody is talking")).toBeTruthy();
  await expectAccessible();
});

test("figures are drawn, told in words, and read as a table", async () => {
  const { server } = await openLive();
  const picture = await screen.findByRole("img", { name: /^Connections over the last 15 minutes/u });
  expect(picture.getAttribute("aria-label")).toBe(
    "Connections over the last 15 minutes. Connections: now 12, lowest 5, highest 12.",
  );
  await waitFor(() => {
    expect(picture.querySelector("canvas")).not.toBeNull();
  });
  expect(screen.getByText("most at once: 31")).toBeTruthy();
  expect(screen.getByText("200 MB")).toBeTruthy();
  tell(() => {
    server.socket.tells("metrics", {
      kind: "sample",
      sample: sampleAt(NOON + 5_000, { connections: 77, refused_per_second: 2 }),
    });
  });
  expect(await screen.findByText("77")).toBeTruthy();
  expect(screen.getByText(/2 refused/u)).toBeTruthy();
  const over = picture.querySelector(".u-over");
  if (over === null) throw new Error("there is nothing to point at");
  const box = over.getBoundingClientRect();
  tell(() => {
    over.dispatchEvent(new MouseEvent("mousemove", { clientX: box.left + 1, clientY: box.top + 9, bubbles: true }));
  });
  expect((await screen.findAllByText(/^at /u)).length).toBeGreaterThan(0);
  tell(() => {
    over.dispatchEvent(new MouseEvent("mouseleave", { bubbles: false }));
  });

  await userEvent.click(screen.getByRole("button", { name: "As tables" }));
  const table = screen.getByRole("table", { name: "Connections, by minute" });
  expect(within(table).getAllByRole("row").length).toBe(3);
  expect(within(table).getByText("5")).toBeTruthy();
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "As charts" }));
  expect(await screen.findByRole("img", { name: /^Memory over/u })).toBeTruthy();
});

test("engines and languages say what is there and what is missing", async () => {
  await open();
  const local = await screen.findByRole("list", { name: "local" });
  expect(within(local).getByText("Recogniser: missing")).toBeTruthy();
  expect(within(local).getByText("Translator: there")).toBeTruthy();
  expect(screen.getAllByText("1 talking, room for 8").length).toBeGreaterThan(0);
  expect(screen.getByText("1 talking, no limit")).toBeTruthy();
  expect(screen.getByText("not set up")).toBeTruthy();
  expect(screen.queryByRole("list", { name: "null" })).toBeNull();
  expect(screen.getByText("local.espeak-ng: works")).toBeTruthy();
  expect(screen.queryByText(/^null/u)).toBeNull();
  const spanish = await screen.findByRole("row", { name: /Spanish/u });
  expect(within(spanish).getByRole("img", { name: "no: speech in it is not recognised here" })).toBeTruthy();
  expect(within(spanish).getAllByRole("img", { name: "yes" })).toHaveLength(3);
});

const money = (element: Element | null) => element?.textContent.replaceAll("US$", "$");

test("operators see what each engine does, how far it is behind, and what it was used for", async () => {
  const { server } = await openLive();
  const [of, local] = [
    (name: string) => screen.findByLabelText(`What ${name} does`),
    "Translations now2Behind300 msAudio1.5 minCostnothing",
  ];
  expect((await of("local")).textContent).toBe(local);
  expect(money(await of("azure-translate"))).toBe("Translations now1Behind7.2 secAudio10 minTokens12,345Cost$0.034");
  const engines = within(screen.getByRole("region", { name: "Engines" }));
  expect(engines.getAllByText("ready")).toHaveLength(1);
  expect(engines.getByText("resting after failures")).toBeTruthy();
  expect(engines.getByText("not set up")).toBeTruthy();
  // No event tells it: it is asked for again and again.
  const { engines: before } = dashboard([]);
  const after = before.map((activity) => ({ ...activity, resting: false, translations: 9 }));
  server.answers = answers({ "/api/dashboard": { ...dashboard([sampleAt(NOON)]), engines: after } });
  await waitFor(
    () => {
      expect(engines.getAllByText("ready")).toHaveLength(2);
    },
    { timeout: 15_000 },
  );
  expect((await of("local")).textContent).toContain("Translations now9");
});

test("cost and delay of translation are drawn over the last quarter of an hour", async () => {
  await openLive({
    "/api/dashboard": dashboard([
      sampleAt(NOON - 60_000, { cost_usd: 1.25, translation_lag_ms: 400 }),
      sampleAt(NOON, { cost_usd: 1.284, translation_lag_ms: 1_500 }),
    ]),
  });
  const cost = await screen.findByRole("img", { name: /^Cost over/u });
  expect(cost.getAttribute("aria-label")?.replaceAll("US$", "$")).toBe(
    "Cost over the last 15 minutes. Cost: now $0.034, lowest $0.00, highest $0.034.",
  );
  expect(money(screen.getByText(/since the start$/u))).toBe("$1.28 since the start");
  const lag = screen.getByRole("img", { name: /^Delay of translation over/u });
  expect(lag.getAttribute("aria-label")).toContain("now 1.5 sec, lowest 400 ms, highest 1.5 sec");
  await waitFor(() => {
    expect(cost.querySelector("canvas")).not.toBeNull();
  });
});

function ledger(request: Request) {
  const of = new URL(request.url).searchParams;
  const [from, to] = [of.get("from") ?? "", of.get("to") ?? ""];
  const usage = [
    { day: "2026-01-02", engine: "azure-translate", audio_ms: 120_000, tokens: 0, cost_usd: 0.068 },
    { day: to, engine: "azure-realtime", audio_ms: 30_000, tokens: 900, cost_usd: 0.02 },
    { day: to, engine: "local", audio_ms: 30_000, tokens: 0, cost_usd: 0 },
  ].filter(({ day }) => from !== to || day === to);
  return { usage, cost_usd: usage.reduce((sum, { cost_usd }) => sum + cost_usd, 0) };
}

test("what engines cost is told of today, and on demand of the last 30 days", async () => {
  await open({ "/api/usage": ledger });
  const costs = within(await screen.findByRole("region", { name: "What engines cost" }));
  expect(money((await costs.findByText("today")).parentElement)).toBe("$0.02today");
  expect(costs.queryByRole("table")).toBeNull();
  const button = costs.getByRole("button", { name: "The last 30 days", expanded: false });
  await userEvent.click(button);
  const table = within(await costs.findByRole("table", { name: "What engines cost, by day" }));
  const rows = table.getAllByRole("row").map(money);
  expect(rows[1]).toMatch(/azure-realtime, local1 min\$0\.02$/u);
  expect(rows[2]).toMatch(/^(?:Jan 2|2 Jan)azure-translate2 min\$0\.068$/u);
  expect(rows[3]).toBe("Together$0.088");
  await expectAccessible();
  await userEvent.click(button);
  expect(costs.queryByRole("table")).toBeNull();
});

test("where nothing has cost anything it is said so", async () => {
  await open({
    "/api/usage": { usage: [{ day: "2026-01-02", engine: "local", audio_ms: 9, tokens: 0, cost_usd: 0 }], cost_usd: 0 },
  });
  const costs = within(await screen.findByRole("region", { name: "What engines cost" }));
  expect(money((await costs.findByText("today")).parentElement)).toBe("$0.00today");
  await userEvent.click(costs.getByRole("button", { name: "The last 30 days" }));
  expect(await costs.findByText("Nothing has cost anything yet")).toBeTruthy();
  expect(costs.queryByRole("table")).toBeNull();
});

test("a server without engines, languages and figures says what to do", async () => {
  await openLive({
    "/api/engines": { engines: [] },
    "/api/languages": { languages: [] },
    "/api/dashboard": dashboard([]),
    "/api/health": { ...HEALTH, status: "degraded" },
  });
  expect(await screen.findByText("Works in part")).toBeTruthy();
  expect(await screen.findByText(/No engine is set up/u)).toBeTruthy();
  expect(screen.getByText(/No language is there yet/u)).toBeTruthy();
  expect(screen.getByText("The first figures come in a few seconds.")).toBeTruthy();
});

test("a client sees the state and the way into a room, and is told who sees more", async () => {
  const { server } = await open({ "/api/access": { authentication: "required", role: "client", subject: "c" } });
  expect(await screen.findByText("Begin here")).toBeTruthy();
  expect(await screen.findByText("All is well")).toBeTruthy();
  expect(screen.getByText(/shown to keys with the role operator or admin/u)).toBeTruthy();
  expect(screen.queryByText("Alerts")).toBeNull();
  expect(screen.queryByText("What engines cost")).toBeNull();
  expect(server.sockets).toHaveLength(0);
  await userEvent.click(screen.getByRole("link", { name: "Open a room" }));
  expect(await screen.findByText("The room page")).toBeTruthy();
});

test("a key whose role is not known is found out by what it may ask", async () => {
  await open({ "/api/access": new Refusal(404), "/api/dashboard": new Refusal(403), "/api/rooms": new Refusal(403) });
  expect(await screen.findByText("Begin here")).toBeTruthy();
});

test("the key goes with the socket, and another key begins anew", async () => {
  const { server, store } = await openLive();
  await screen.findByText("live");
  tell(() => {
    store.dispatch(enterKey("secret"));
  });
  await waitFor(() => {
    expect(server.sockets).toHaveLength(2);
  });
  expect(new URL(server.socket.url).searchParams.get("token")).toBe("secret");
});

test("answers that fail are said, and asked again", async () => {
  const { server } = await openLive({
    "/api/rooms": new Refusal(500),
    "/api/dashboard": new Refusal(500),
    "/api/engines": new Refusal(500),
    "/api/languages": new Refusal(500),
    "/api/usage": new Refusal(503),
  });
  const alerts = [
    "The rooms could not be read.",
    "The figures could not be read.",
    "The engines could not be read.",
    "The languages could not be read.",
    "The costs could not be read.",
  ];
  for (const text of alerts) expect(await screen.findByText(text)).toBeTruthy();
  server.answers = answers();
  for (const text of alerts) {
    const alert = (await screen.findByText(text)).closest<HTMLElement>("[role=alert]");
    if (alert === null) throw new Error("the failure is no alert");
    await userEvent.click(within(alert).getByRole("button", { name: "Try again" }));
  }
  for (const text of alerts) {
    await waitFor(() => {
      expect(screen.queryByText(text)).toBeNull();
    });
  }
});

test("a server that is gone leaves its last picture, greyed, and comes back by itself", async () => {
  const { server, container } = await openLive();
  await screen.findByRole("link", { name: "kitchen" });
  server.gone = true;
  tell(() => {
    server.socket.ends(1012);
  });
  expect(await screen.findByText("The server does not answer")).toBeTruthy();
  expect(screen.getByText(/how it was at/u)).toBeTruthy();
  expect(screen.getByRole("link", { name: "kitchen" })).toBeTruthy();
  expect(container.querySelector("[data-greyed=true]")).not.toBeNull();
  expect(screen.getByText(/nothing is known of alerts/u)).toBeTruthy();
  await expectAccessible();
  server.gone = false;
  await userEvent.click(screen.getByRole("button", { name: "Try now" }));
  expect(await screen.findByText("All is well")).toBeTruthy();
  await waitFor(() => {
    expect(server.sockets).toHaveLength(2);
  });
  tell(() => {
    server.socket.accepts();
  });
  expect(await screen.findByText("live")).toBeTruthy();
  await waitFor(() => {
    expect(server.socket.topics).toEqual(expect.arrayContaining(["metrics", "room/kitchen"]));
  });
});

test("a server that was never there is said to be gone", async () => {
  const server = new FakeServer({});
  server.gone = true;
  await renderRoutes([{ path: "/", Component: OverviewPage }]);
  expect(await screen.findByText("The server does not answer")).toBeTruthy();
  expect(screen.queryByText(/how it was at/u)).toBeNull();
});

test("captions wait for the live connection, and figures are asked for meanwhile", async () => {
  const { server } = await openLive();
  await screen.findByText("live");
  tell(() => {
    server.socket.ends(1006);
  });
  expect(await screen.findByText("Captions come when the live connection is back.")).toBeTruthy();
  expect(screen.getByText("every few seconds")).toBeTruthy();
  expect(screen.getByText("All is well")).toBeTruthy();
});

test("in Spanish and in the dark", async () => {
  localStorage.setItem("mui-mode", "dark");
  await openLive({ "/api/usage": ledger }, { language: "es" });
  expect(await screen.findByText("Todo va bien")).toBeTruthy();
  expect(await screen.findByRole("img", { name: /^Conexiones en los últimos 15 minutos/u })).toBeTruthy();
  expect(await screen.findByRole("row", { name: /^Español/u })).toBeTruthy();
  expect(await screen.findByText("en pausa tras fallos")).toBeTruthy();
  await userEvent.click(screen.getByRole("button", { name: "Los últimos 30 días" }));
  expect(await screen.findByRole("table", { name: "Lo que cuestan los motores, por día" })).toBeTruthy();
  await expectAccessible();
});
