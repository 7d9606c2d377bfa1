// The page of calls as a person sees it, against a server within the test.
import { act, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, expect, test, vi } from "vitest";
import { page } from "vitest/browser";
import { expectAccessible } from "../../testing/accessible.ts";
import { Refusal } from "../../testing/answers.ts";
import { FakeServer } from "../../testing/fake-server.ts";
import type { Answers } from "../../testing/fake-server.ts";
import { renderRoutes } from "../../testing/rendering.tsx";
import type { Rendering } from "../../testing/rendering.tsx";
import { answers, at, call, list, OVER, RINGING, TALKING, WAITING } from "./calls.fixtures.ts";
import { CallsPage } from "./calls-page.tsx";

afterEach(() => {
  vi.unstubAllGlobals();
});

async function open(change: Answers = {}, rendering: Rendering = {}) {
  const server = new FakeServer(answers(change));
  const rendered = await renderRoutes(
    [
      { path: "/calls", Component: CallsPage },
      { path: "/rooms/:roomId?", element: <p>The room page</p> },
    ],
    { address: "/calls", ...rendering },
  );
  return { server, ...rendered };
}

async function openLive(change: Answers = {}, rendering: Rendering = {}) {
  const opened = await open(change, rendering);
  await waitFor(() => {
    expect(opened.server.sockets).toHaveLength(1);
  });
  act(() => {
    opened.server.socket.accepts();
  });
  return opened;
}

/** An answer that keeps what was sent. */
function taking(answer: unknown) {
  const sent: unknown[] = [];
  return {
    sent,
    answer: async (request: Request) => {
      const text = await request.text();
      sent.push(text === "" ? null : JSON.parse(text));
      return answer;
    },
  };
}

async function cardOf(name: string) {
  return screen.findByRole("listitem", { name });
}

test("who waits, who talks and what is over are seen at one look", async () => {
  const { server } = await openLive();
  expect(await screen.findByText("3 calls · 1 waiting")).toBeVisible();
  expect(server.socket.topics).toEqual(["call/*"]);
  expect(await screen.findByText("live")).toBeVisible();

  const waiting = within(screen.getByRole("list", { name: "Waiting for somebody" })).getByRole("listitem");
  expect(waiting).toHaveTextContent("Wanda");
  expect(waiting).toHaveTextContent("From +14255550123 to +18005550100");
  expect(waiting).toHaveTextContent("nobody else yet");
  expect(waiting).not.toHaveTextContent("Delay");
  expect(waiting).not.toHaveTextContent("Cost");
  expect(screen.getByText("Waiting: Wanda.")).toHaveAttribute("role", "status");

  const talking = await cardOf("Tom");
  expect(talking).toHaveTextContent("speaks any language, hears Spanish");
  expect(talking).toHaveTextContent("Ana Ruiz (Spanish)");
  expect(talking).not.toHaveTextContent("friend");
  expect(talking).toHaveTextContent("People+14255550123, App user …cafe");
  expect(talking).toHaveTextContent("1.2 sec");
  expect(talking).toHaveTextContent("$0.034");
  expect(talking).toHaveTextContent("Connectedfor ");

  const ringing = await cardOf("+15550123");
  expect(ringing).toHaveTextContent("ringing");
  expect(ringing).toHaveTextContent("To Teams user …cafe");
  expect(within(ringing).getByRole("img", { name: "Outgoing call" })).toBeVisible();

  const over = within(screen.getByRole("list", { name: "Over lately" })).getByRole("listitem");
  expect(over).toHaveTextContent("The other side hung up");
  expect(over).toHaveTextContent("lasted 4 min 0 sec");
  await expectAccessible();
});

test("a call is followed by events, however many, and what was missed is asked for", async () => {
  const { server } = await openLive({ "/api/calls": list() });
  expect(await screen.findByText("Nobody is on the phone")).toBeVisible();
  await expectAccessible();
  server.answers["/api/calls"] = list(WAITING);
  act(() => {
    server.socket.tells("call/w1", { kind: "call.state" });
  });
  expect(await screen.findByRole("button", { name: "Attach…" })).toBeVisible();
  server.answers["/api/calls"] = list({ ...WAITING, waiting: false });
  act(() => {
    for (let times = 0; times < 20; times += 1) server.socket.tells("call/w1", { kind: "call.joined" });
  });
  expect(await screen.findByRole("list", { name: "On the line" })).toBeVisible();
  server.answers["/api/calls"] = list({ ...OVER, call_id: "w1", name: "Wanda", reason: "idle" });
  act(() => {
    server.socket.ends(1006);
  });
  await waitFor(() => {
    expect(server.sockets).toHaveLength(2);
  });
  act(() => {
    server.socket.accepts();
  });
  expect(await screen.findByText("Nobody spoke for a long time")).toBeVisible();
});

test("a caller who waits is brought to a room that is there", async () => {
  const order = taking({ ...WAITING, waiting: false });
  const other = call("w2", "Walt", { waiting: true });
  const rooms = [
    { room_id: "desk", name: null, private: false, participants: [{}, {}] },
    { room_id: "mine", name: null, private: true, participants: [{}] },
    { room_id: "call-w2", name: null, private: false, participants: [{}] },
  ];
  const { server } = await openLive({
    "/api/calls": list(WAITING, other),
    "/api/rooms": { rooms, total: 3, next: null },
    "/api/calls/w1/attach": order.answer,
  });
  await userEvent.click(within(await cardOf("Wanda")).getByRole("button", { name: "Attach…" }));
  const dialog = await screen.findByRole("dialog", { name: "Bring Wanda together with somebody" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
  expect(within(dialog).getByText("Choose one first.")).toBeVisible();
  await userEvent.click(within(dialog).getByRole("combobox", { name: "With whom, or where" }));
  const choices = await screen.findAllByRole("option");
  expect(choices.map(({ textContent }) => textContent)).toEqual([
    "Walt (English), who waits too",
    "desk · 2 people",
    "A room, by its id…",
    "Somebody, by the id of their session…",
  ]);
  await expectAccessible();
  await userEvent.click(screen.getByRole("option", { name: "desk · 2 people" }));
  server.answers["/api/calls"] = list({ ...WAITING, waiting: false, room_id: "desk" }, other);
  await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(order.sent).toEqual([{ room_id: "desk" }]);
  expect(screen.getByText("Wanda was brought together with somebody.").parentElement).toHaveAttribute("role", "status");
  const live = await screen.findByRole("list", { name: "On the line" });
  expect(within(live).getByRole("link", { name: "Join the room" })).toHaveAttribute("href", "/rooms/desk");
});

test("who waited and hung up meanwhile is not what a caller is brought to", async () => {
  const order = taking({ ...WAITING, waiting: false });
  const other = call("w2", "Walt", { waiting: true });
  const { server } = await openLive({
    "/api/calls": list(WAITING, other, call("w3", "Willa", { waiting: true })),
    "/api/rooms": {
      rooms: [{ room_id: "call-w2", name: null, private: false, participants: [{}] }],
      total: 1,
      next: null,
    },
    "/api/calls/w1/attach": order.answer,
  });
  await userEvent.click(within(await cardOf("Wanda")).getByRole("button", { name: "Attach…" }));
  const dialog = await screen.findByRole("dialog");
  const choose = async (name: RegExp) => {
    await userEvent.click(within(dialog).getByRole("combobox", { name: "With whom, or where" }));
    await userEvent.click(await screen.findByRole("option", { name }));
  };
  await choose(/^Walt/u);
  server.answers["/api/calls"] = list(
    WAITING,
    { ...other, state: "ended", waiting: false, reason: "remote_hung_up", ended_at: at(0) },
    call("w3", "Willa", { waiting: true }),
  );
  act(() => {
    server.socket.tells("call/w2", { kind: "call.ended" });
  });
  expect(await within(dialog).findByText("This caller no longer waits. Choose again.")).toBeVisible();
  await expectAccessible();
  await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
  expect(order.sent).toEqual([]);
  await choose(/^Willa/u);
  await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
  await waitFor(() => {
    expect(order.sent).toEqual([{ room_id: "call-w3" }]);
  });
});

test("somebody is brought to a caller by their session, and a refusal is told", async () => {
  const { server } = await openLive({
    "/api/calls/w1/attach": new Refusal(404, "session_not_found", "nobody is attached to a session s1"),
  });
  await userEvent.click(within(await cardOf("Wanda")).getByRole("button", { name: "Attach…" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("combobox", { name: "With whom, or where" }));
  await userEvent.click(await screen.findByRole("option", { name: /session/u }));
  const field = within(dialog).getByRole("textbox", { name: "Id of their session" });
  await userEvent.type(field, "s 1{Enter}");
  expect(within(dialog).getByText(/letters, digits/u)).toBeVisible();
  await userEvent.clear(field);
  await userEvent.type(field, "s1{Enter}");
  expect(await within(dialog).findByText("Nobody is connected by this id.")).toBeVisible();
  await expectAccessible();
  for (const [code, words] of [
    ["room_full", "The room takes nobody more. Choose another one."],
    ["room_elsewhere", "The room is on another server just now. Try again in a moment."],
    ["store_unavailable", "The server cannot reach its database now. Try again in a moment."],
    ["something_new", "The server refused: it is new"],
  ] as const) {
    server.answers["/api/calls/w1/attach"] = new Refusal(409, code, "it is new");
    await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
    expect(await within(dialog).findByText(words)).toBeVisible();
  }
  const order = taking(WAITING);
  server.answers["/api/calls/w1/attach"] = order.answer;
  await userEvent.click(within(dialog).getByRole("button", { name: "Bring together" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(order.sent).toEqual([{ session_id: "s1" }]);
});

test("one joins a caller oneself by the way to their room", async () => {
  await open();
  await userEvent.click(within(await cardOf("Wanda")).getByRole("link", { name: "Join the room" }));
  expect(await screen.findByText("The room page")).toBeVisible();
});

test("a call is hung up when that is confirmed, and keyboard and screen reader go on in the page", async () => {
  const order = taking(new Response(null, { status: 202 }));
  const { server } = await openLive({ "/api/calls/t1/hangup": order.answer, "/api/calls": list(TALKING) });
  const hangUp = async () => {
    await userEvent.click(within(await cardOf("Tom")).getByRole("button", { name: "Hang up" }));
    return screen.findByRole("dialog", { name: "Hang up on Tom?" });
  };
  await expectAccessible();
  await userEvent.click(within(await hangUp()).getByRole("button", { name: "Cancel" }));
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(order.sent).toEqual([]);
  const dialog = await hangUp();
  await expectAccessible();
  server.answers["/api/calls"] = list({ ...OVER, call_id: "t1", name: "Tom", reason: "operator" });
  await userEvent.click(within(dialog).getByRole("button", { name: "Hang up" }));
  expect(await screen.findByText("Hung up by an operator")).toBeVisible();
  expect(order.sent).toEqual([null]);
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(screen.getByText("Tom is being hung up.").parentElement).toHaveAttribute("role", "status");
  await waitFor(() => {
    expect(screen.getByRole("button", { name: "Call somebody" })).toHaveFocus();
  });
});

test("a call that is over already cannot be hung up, and a server that is gone says nothing", async () => {
  const { server } = await openLive({ "/api/calls/t1/hangup": new Refusal(404, "call_ended", "over") });
  await userEvent.click(within(await cardOf("Tom")).getByRole("button", { name: "Hang up" }));
  const dialog = await screen.findByRole("dialog");
  await userEvent.click(within(dialog).getByRole("button", { name: "Hang up" }));
  expect(await within(dialog).findByText(/The call is over already/u)).toBeVisible();
  server.gone = true;
  await userEvent.click(within(dialog).getByRole("button", { name: "Hang up" }));
  expect(await within(dialog).findByText("The server did not answer. Try again.")).toBeVisible();
  await userEvent.keyboard("{Escape}");
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
});

test("a number is called, with the languages of those on the call", async () => {
  const placed = taking(RINGING);
  const calls = (request: Request) => (request.method === "POST" ? placed.answer(request) : list());
  await openLive({ "/api/calls": calls });
  await userEvent.click(await screen.findByRole("button", { name: "Call somebody" }));
  const dialog = await screen.findByRole("dialog", { name: "Call somebody" });
  const field = (name: string) => within(dialog).getByRole("textbox", { name });
  const order = within(dialog).getByRole("button", { name: "Call" });
  await userEvent.click(order);
  expect(within(dialog).getByText("Write whom to call.")).toBeVisible();
  await userEvent.type(field("Their number"), "5550123");
  expect(within(dialog).getByText(/Write the number with a plus sign/u)).toBeVisible();
  await userEvent.clear(field("Their number"));
  await userEvent.type(field("Their number"), "+1 (555) 0123");
  expect(within(dialog).getByText(/A phone is called from a number of yours/u)).toBeVisible();
  await userEvent.type(field("Your number"), "+1 555 0100");
  await userEvent.type(field("Room"), "my desk");
  expect(within(dialog).getByText(/An id has letters/u)).toBeVisible();
  await userEvent.clear(field("Room"));
  await userEvent.type(field("Room"), "desk");
  await userEvent.click(within(dialog).getByRole("combobox", { name: "They speak" }));
  expect((await screen.findAllByRole("option")).map(({ textContent }) => textContent)).toEqual([
    "As set on the server",
    "English",
  ]);
  await userEvent.click(screen.getByRole("option", { name: "English" }));
  await userEvent.click(within(dialog).getByRole("combobox", { name: "They hear" }));
  await userEvent.click(await screen.findByRole("option", { name: "Spanish" }));
  await waitFor(() => {
    expect(screen.queryByRole("listbox")).toBeNull();
  });
  await expectAccessible();
  await userEvent.click(order);
  await waitFor(() => {
    expect(screen.queryByRole("dialog")).toBeNull();
  });
  expect(placed.sent).toEqual([
    { target: "+15550123", caller_id: "+15550100", speaks: "en", hears: ["es"], into: "desk" },
  ]);
  expect(screen.getByText("+1 (555) 0123 is being called.").parentElement).toHaveAttribute("role", "status");
});

test("what becomes of an order is read out anew, be it in the same words", async () => {
  const calls = (request: Request) => (request.method === "POST" ? RINGING : list());
  await openLive({ "/api/calls": calls });
  const order = async () => {
    await userEvent.click(await screen.findByRole("button", { name: "Call somebody" }));
    await userEvent.type(screen.getByRole("textbox", { name: "Their number" }), "8:orgid:1{Enter}");
    await waitFor(() => {
      expect(screen.queryByRole("dialog")).toBeNull();
    });
    return screen.getByText("8:orgid:1 is being called.");
  };
  const first = await order();
  const second = await order();
  expect(second).not.toBe(first);
  expect(second.closest("[role=status]")).toBeVisible();
  expect(first.isConnected).toBe(false);
});

test("somebody of the service is called by their id, with nothing else", async () => {
  const placed = taking(RINGING);
  const calls = (request: Request) => (request.method === "POST" ? placed.answer(request) : list());
  await openLive({ "/api/calls": calls });
  await userEvent.click(await screen.findByRole("button", { name: "Call somebody" }));
  await userEvent.type(screen.getByRole("textbox", { name: "Their number" }), "8:orgid:1{Enter}");
  await waitFor(() => {
    expect(placed.sent).toEqual([{ target: "8:orgid:1" }]);
  });
});

test("of many calls that are over some are shown, and all on demand", async () => {
  const many = Array.from({ length: 14 }, (_, number) =>
    call(`o${number}`, `Caller ${number}`, {
      state: "ended",
      reason: number === 0 ? "killed" : "not_connected",
      connected_at: null,
      ended_at: at(20 - number),
    }),
  );
  await open({ "/api/calls": list(...many) });
  const over = await screen.findByRole("list", { name: "Over lately" });
  expect(within(over).getAllByRole("listitem")).toHaveLength(10);
  expect(within(over).getAllByText("never connected")).toHaveLength(10);
  await userEvent.click(screen.getByRole("button", { name: "Show all 14" }));
  expect(within(over).getAllByRole("listitem")).toHaveLength(14);
  expect(within(over).getByText("A fault of this server (killed)")).toBeVisible();
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Show fewer" }));
  expect(within(over).getAllByRole("listitem")).toHaveLength(10);
});

test("a server without the service says what to set, and is not followed", async () => {
  const { server } = await open({ "/api/calls": { calls: [], active: 0, configured: false } });
  expect(await screen.findByText("Calls are not set up yet")).toBeVisible();
  for (const setting of ["PUBLIC_URL", "ACS_CONNECTION_STRING", "acs.audience", "acs.events.secret", "docs/calls.md"])
    expect(screen.getByText(setting)).toBeVisible();
  expect(server.sockets).toEqual([]);
  await expectAccessible();
});

test.each([
  [
    "the server knows that the key may not",
    { "/api/access": { authentication: "required", role: "client", subject: "c" } },
  ],
  ["the server refuses", { "/api/calls": new Refusal(403, "forbidden", "needs the role operator") }],
])("who may not see calls is told what it takes: %s", async (_, change) => {
  const { server, store } = await open(change);
  expect(await screen.findByText("Calls are not shown to this key")).toBeVisible();
  expect(server.sockets).toEqual([]);
  await expectAccessible();
  await userEvent.click(screen.getByRole("button", { name: "Enter another key" }));
  expect(store.getState().access.missing).toBe("required");
});

test("calls that cannot be read are asked for again", async () => {
  const { server } = await open({ "/api/calls": new Refusal(500, "internal", "broken") });
  expect(await screen.findByText("The calls could not be read.")).toBeVisible();
  await expectAccessible();
  server.answers["/api/calls"] = list(TALKING);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(await cardOf("Tom")).toBeVisible();
});

test("a server that is gone leaves its last picture, greyed", async () => {
  const { server, container } = await openLive();
  expect(await cardOf("Tom")).toBeVisible();
  server.gone = true;
  expect(await screen.findByText(/Below is how it was last/u)).toBeVisible();
  expect(container.querySelector("[data-greyed=true]")).not.toBeNull();
  await expectAccessible();
  server.gone = false;
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  await waitFor(() => {
    expect(container.querySelector("[data-greyed=true]")).toBeNull();
  });
});

test("a server that was never there is said to be gone", async () => {
  const { server } = await open({ "/api/calls": new Refusal(502) });
  expect(await screen.findByText("The server does not answer. Is it running?")).toBeVisible();
  expect(server.sockets).toEqual([]);
});

test.each(["light", "dark"] as const)("in Spanish on the narrowest phone, %s", async (mode) => {
  localStorage.setItem("mui-mode", mode);
  await page.viewport(320, 640);
  try {
    await openLive({}, { language: "es" });
    expect(await screen.findByText("3 llamadas · 1 en espera")).toBeVisible();
    expect(screen.getByText("Espera: Wanda.")).toHaveAttribute("role", "status");
    expect(screen.getByText("La otra parte colgó")).toBeVisible();
    expect(document.documentElement.scrollWidth).toBeLessThanOrEqual(320);
    await expectAccessible();
    await userEvent.click(screen.getByRole("button", { name: "Llamar a alguien" }));
    await screen.findByRole("dialog", { name: "Llamar a alguien" });
    await expectAccessible();
  } finally {
    await page.viewport(1280, 800);
  }
});
