// The connection's side of the protocol, against a wire that the test holds in its hands and a clock that it turns.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestWire } from "../testing/test-wire.ts";
import { Connection } from "./connection.ts";
import type { ConnectionOptions, ConnectionState, SessionHandle } from "./connection.ts";
import type { AudioFrame, ServerMessage, Usage } from "./protocol.ts";

class Stay {
  readonly wires: TestWire[] = [];
  readonly states: ConnectionState[] = [];
  readonly messages: ServerMessage[] = [];
  readonly audio: AudioFrame[] = [];
  readonly news: string[] = [];
  readonly handles: SessionHandle[] = [];
  readonly usage: Usage[] = [];
  readonly connection: Connection;

  constructor(options: Partial<ConnectionOptions> = {}) {
    this.connection = new Connection({
      open: () => {
        const wire = new TestWire();
        this.wires.push(wire);
        return wire;
      },
      config: { room_id: "kitchen", name: "Ana", speaks: "es", hears: ["es"] },
      random: () => 0,
      events: {
        state: (state) => this.states.push(state),
        message: (message) => this.messages.push(message),
        audio: (frame) => this.audio.push(frame),
        recovered: (missed, gap) => this.news.push(`recovered ${missed} ${gap ? "gap" : "whole"}`),
        replaced: () => this.news.push("replaced"),
        session: (handle) => this.handles.push(handle),
        usage: (usage) => this.usage.push(usage),
      },
      ...options,
    });
  }

  get wire(): TestWire {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error("no socket was opened");
    return wire;
  }

  get state(): string | undefined {
    return this.states.at(-1)?.kind;
  }

  /** Connects and enters the room, whose log is at 7. */
  join(): void {
    this.connection.open();
    this.create("s1");
  }

  create(sessionId: string): void {
    this.wire.says({ type: "connected", connection_id: "c", protocol: 1 });
    this.finishCreation(sessionId);
  }

  finishCreation(sessionId: string): void {
    const { id } = this.wire.last("create_session");
    this.wire.says({ type: "session_created", ...answer(sessionId), ref: id });
    expect(this.state).toBe("online");
  }
}

function answer(sessionId: string, change: object = {}): object {
  const lists = { participants: [], warnings: [] };
  return { session_id: sessionId, room_id: "kitchen", resume_token: `token-${sessionId}`, seq: 7, ...lists, ...change };
}

function final(seq: number): object {
  return { type: "transcription", seq, room_id: "kitchen", utterance_id: `u${seq}`, revision: 1, final: true };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

test("connected, session, online", () => {
  const stay = new Stay();
  stay.join();
  expect(stay.states.at(-1)).toEqual({ kind: "online", sessionId: "s1", roomId: "kitchen" });
  expect(stay.wire.sent[0]?.config).toEqual({ room_id: "kitchen", name: "Ana", speaks: "es", hears: ["es"] });
  expect(stay.wire.binaryType).toBe("arraybuffer");
});

for (const code of [1001, 1006, 1011, 1012, 1013]) {
  test(`after close code ${code} the session is recovered from the last numbered message`, () => {
    const stay = new Stay();
    stay.join();
    stay.wire.says(final(9));
    stay.wire.says(final(8));
    stay.wire.breaks(code);
    expect(stay.states.at(-1)).toEqual({ kind: "waiting", retryInMs: 500 });
    expect(stay.wires.length).toBe(1);
    vi.advanceTimersByTime(500);
    expect(stay.wires.length).toBe(2);
    stay.wire.says({ type: "connected" });
    const recover = stay.wire.last("recover_session");
    expect([recover.session_id, recover.resume_token, recover.last_seq]).toEqual(["s1", "token-s1", 9]);
    const missed = { resume_token: "t2", seq: 12, missed: 2, gap: false, ref: recover.id };
    stay.wire.says({ type: "session_recovered", ...answer("s1", missed) });
    expect(stay.state).toBe("online");
    expect(stay.news).toEqual(["recovered 2 whole"]);
    // Broken again before the replay: what was only announced is still to come.
    stay.wire.breaks(1006);
    vi.advanceTimersByTime(500);
    stay.wire.says({ type: "connected" });
    expect(stay.wire.last("recover_session").last_seq).toBe(9);
    expect(stay.wire.last("recover_session").resume_token).toBe("t2");
  });
}

for (const [code, why] of [
  [1000, "left"],
  [1008, "policy"],
  [4001, "authentication"],
] as const) {
  test(`close code ${code} ends the stay`, () => {
    const stay = new Stay();
    stay.join();
    stay.wire.breaks(code, "because");
    expect(stay.states.at(-1)).toEqual({ kind: "ended", why, message: "because" });
    vi.advanceTimersByTime(60_000);
    expect(stay.wires.length).toBe(1);
  });
}

test("a session that the server forgot is replaced by a fresh one, with what was configured last", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.configure({ hears: ["fr"] });
  stay.wire.breaks(1012);
  vi.advanceTimersByTime(500);
  stay.wire.says({ type: "connected" });
  const recover = stay.wire.last("recover_session");
  stay.wire.says({ type: "error", code: "session_not_found", message: "no such session", ref: recover.id });
  expect(stay.wire.last("create_session").config).toEqual({
    room_id: "kitchen",
    name: "Ana",
    speaks: "es",
    hears: ["fr"],
  });
  stay.finishCreation("s2");
  expect(stay.news).toEqual(["replaced"]);
  expect(stay.connection.session?.sessionId).toBe("s2");
  expect(stay.messages.some((message) => message.type === "error")).toBe(false);
});

test("what was configured while the connection was broken is said once it is back", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.breaks(1006);
  stay.connection.configure({ hears: ["fr"] });
  for (const expected of [["fr"], undefined]) {
    vi.advanceTimersByTime(500);
    stay.wire.says({ type: "connected" });
    stay.wire.says({ type: "session_recovered", ...answer("s1", { missed: 0, gap: false }) });
    const configured = stay.wire.sent.find((sent) => sent.type === "configure")?.config as
      { hears?: string[] } | undefined;
    expect(configured?.hears).toEqual(expected);
    stay.wire.breaks(1006);
  }
});

test("attempts come ever later, and start over once the room is reached", () => {
  const stay = new Stay();
  stay.connection.open();
  const waits: number[] = [];
  for (let attempt = 0; attempt < 7; attempt += 1) {
    stay.wire.breaks(1006);
    const state = stay.states.at(-1);
    if (state?.kind !== "waiting") throw new Error("it does not wait");
    waits.push(state.retryInMs);
    vi.advanceTimersByTime(state.retryInMs);
  }
  expect(waits).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  stay.create("s1");
  stay.wire.breaks(1006);
  expect(stay.states.at(-1)).toEqual({ kind: "waiting", retryInMs: 500 });
});

test("a person can shorten the wait", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.breaks(1006);
  stay.connection.retryNow();
  expect(stay.wires.length).toBe(2);
  vi.advanceTimersByTime(5_000);
  expect(stay.wires.length, "the attempt that was waited for is not made as well").toBe(2);
});

test("a server that accepts but never answers is given up after 10 s", () => {
  const stay = new Stay();
  stay.connection.open();
  vi.advanceTimersByTime(10_000);
  expect(stay.state).toBe("waiting");
  expect(stay.wires[0]?.closedWith).toBeDefined();
});

test("pings go out, and a silent network is noticed though the socket stays open", () => {
  const stay = new Stay();
  stay.join();
  vi.advanceTimersByTime(15_000);
  stay.wire.last("ping");
  stay.wire.says({ type: "pong" });
  vi.advanceTimersByTime(30_000);
  expect(stay.state).toBe("online");
  vi.advanceTimersByTime(15_000);
  expect(stay.state).toBe("waiting");
});

test("a socket that was given up is not listened to any more", () => {
  const stay = new Stay();
  stay.join();
  const old = stay.wire;
  old.breaks(1006);
  vi.advanceTimersByTime(500);
  old.says(final(20));
  old.breaks(1000);
  expect(stay.state).toBe("connecting");
  expect(stay.messages.some((message) => message.type === "transcription")).toBe(false);
});

test("a refused room ends the stay with the server's words", () => {
  const stay = new Stay();
  stay.connection.open();
  stay.wire.says({ type: "connected" });
  const create = stay.wire.last("create_session");
  stay.wire.says({ type: "error", code: "limit", message: "the server is full", ref: create.id });
  expect(stay.states.at(-1)).toEqual({ kind: "ended", why: "refused", message: "the server is full" });
});

test("audio is dropped, not queued, while the network does not keep up or there is none", () => {
  const stay = new Stay();
  const samples = new Int16Array(320);
  expect(stay.connection.sendAudio(samples)).toBe(false);
  stay.join();
  expect(stay.connection.sendAudio(samples)).toBe(true);
  expect(stay.wire.binary[0]?.byteLength).toBe(640);
  stay.wire.bufferedAmount = 70_000;
  expect(stay.connection.sendAudio(samples)).toBe(false);
  expect(stay.wire.binary.length).toBe(1);
});

test("text is sent only where somebody is there to get it", () => {
  const stay = new Stay();
  expect(stay.connection.sendText("hola")).toBe(false);
  stay.join();
  expect(stay.connection.sendText("hola")).toBe(true);
  expect(stay.wire.last("text").text).toBe("hola");
  stay.wire.breaks(1006);
  expect(stay.connection.sendText("hola")).toBe(false);
});

test("translated audio is handed on decoded", () => {
  const stay = new Stay();
  stay.join();
  const data = new Uint8Array([1, 0, 12, 0, 9, 0, 0, 0, 3, 0, 0, 0, 7, 0]).buffer;
  stay.wire.onmessage?.(new MessageEvent("message", { data }));
  expect(stay.audio).toEqual([{ streamId: 9, sequence: 3, samples: new Int16Array([7]) }]);
});

test("leaving says so and closes with 1000", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.leave();
  stay.wire.last("leave_session");
  expect(stay.wire.closedWith).toBe(1000);
  expect(stay.states.at(-1)).toEqual({ kind: "ended", why: "left" });
});

test("after a reload the session is recovered from where the page says, and its handle is told", () => {
  const handle = { sessionId: "s1", roomId: "kitchen", resumeToken: "t1", lastSeq: 0 };
  const stay = new Stay({ resume: handle });
  stay.connection.open();
  stay.wire.says({ type: "connected" });
  const recover = stay.wire.last("recover_session");
  expect([recover.session_id, recover.resume_token, recover.last_seq]).toEqual(["s1", "t1", 0]);
  const back = { resume_token: "t2", seq: 12, missed: 3, gap: false, ref: recover.id };
  stay.wire.says({ type: "session_recovered", ...answer("s1", back) });
  expect(stay.handles).toEqual([{ ...handle, resumeToken: "t2" }]);
  expect(stay.news).toEqual(["recovered 3 whole"]);
  stay.wire.says(final(9));
  expect(stay.connection.session?.lastSeq).toBe(9);
  expect(handle.resumeToken, "the page's own handle is left as it is").toBe("t1");
});

test("a session that was to be resumed and is gone is replaced", () => {
  const stay = new Stay({ resume: { sessionId: "old", roomId: "kitchen", resumeToken: "t", lastSeq: 4 } });
  stay.connection.open();
  stay.wire.says({ type: "connected" });
  const { id } = stay.wire.last("recover_session");
  stay.wire.says({ type: "error", code: "forbidden", message: "no", ref: id });
  stay.finishCreation("s2");
  expect(stay.news).toEqual(["replaced"]);
  expect(stay.handles.map(({ sessionId }) => sessionId)).toEqual(["s2"]);
});

test("disconnecting closes without leaving, tries no more, and another open comes back to the session", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.disconnect();
  expect(stay.wire.count("leave_session")).toBe(0);
  expect(stay.wire.closedWith).toBe(1005);
  expect(stay.connection.sendText("hola")).toBe(false);
  vi.advanceTimersByTime(60_000);
  expect(stay.wires).toHaveLength(1);
  stay.connection.open();
  stay.wire.says({ type: "connected" });
  expect(stay.wire.last("recover_session").session_id).toBe("s1");
});

test("disconnecting while it waits ends the waiting", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.breaks(1006);
  stay.connection.disconnect();
  vi.advanceTimersByTime(60_000);
  stay.connection.retryNow();
  expect(stay.wires).toHaveLength(1);
});

test("opening what is open opens no second socket", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.open();
  expect(stay.wires).toHaveLength(1);
});

test("timers that come late, as in a hidden tab, are no reason to give up a network that answers", () => {
  const stay = new Stay();
  stay.join();
  for (let minute = 0; minute < 5; minute += 1) {
    vi.setSystemTime(Date.now() + 45_000);
    vi.advanceTimersByTime(15_000);
    stay.wire.last("ping");
    stay.wire.says({ type: "pong" });
  }
  expect(stay.state).toBe("online");
});

test("a session that the server closed is over", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.says({ type: "session_closed", reason: "expired" });
  expect(stay.states.at(-1)).toEqual({ kind: "ended", why: "closed", message: "expired" });
  expect(stay.messages.at(-1)?.type).toBe("session_closed");
  expect(stay.connection.session).toBeUndefined();
});

test("an utterance is ended only where there is one", () => {
  const stay = new Stay();
  stay.connection.endUtterance();
  stay.join();
  stay.connection.endUtterance();
  expect(stay.wire.count("audio_end")).toBe(1);
});

test.each(["store_unavailable", "busy", "restarting", "room_elsewhere"])(
  "%s is no reason to give a session up: it is asked for again, ever later",
  (code) => {
    const stay = new Stay();
    stay.join();
    stay.wire.breaks(1012);
    for (const wait of [500, 1_000, 2_000]) {
      vi.advanceTimersByTime(wait);
      stay.wire.says({ type: "connected" });
      const { id } = stay.wire.last("recover_session");
      stay.wire.says({ type: "error", code, message: "not now", ref: id });
      expect(stay.wire.closedWith).toBeDefined();
      expect(stay.states.at(-1)).toEqual({ kind: "waiting", retryInMs: 2 * wait });
    }
    vi.advanceTimersByTime(4_000);
    stay.wire.says({ type: "connected" });
    expect(stay.wire.last("recover_session").session_id).toBe("s1");
    stay.wire.says({ type: "session_recovered", ...answer("s1", { missed: 0, gap: false }) });
    expect(stay.news).toEqual(["recovered 0 whole"]);
  },
);

test("what is configured while the session is being made is said once it is made", () => {
  const stay = new Stay();
  stay.connection.open();
  stay.connection.configure({ speaks: "en" });
  stay.wire.says({ type: "connected" });
  expect(stay.wire.last("create_session").config).toMatchObject({ speaks: "en", hears: ["es"] });
  stay.connection.configure({ hears: ["fr"] });
  stay.finishCreation("s1");
  expect(stay.wire.last("configure").config).toMatchObject({ speaks: "en", hears: ["fr"] });
  stay.wire.breaks(1006);
  vi.advanceTimersByTime(500);
  stay.wire.says({ type: "connected" });
  stay.wire.says({ type: "session_recovered", ...answer("s1", { missed: 0, gap: false }) });
  expect(stay.wire.count("configure"), "and once only").toBe(0);
});

test("what was configured before the session was asked for is not said twice", () => {
  const stay = new Stay();
  stay.connection.configure({ hears: ["fr"] });
  stay.join();
  expect(stay.wire.last("create_session").config).toMatchObject({ hears: ["fr"] });
});

test("what engines were used for is told one by one, and the newest of each is kept until another session or the end", () => {
  const stay = new Stay();
  const used = (engine: string, change: object = {}) => {
    stay.wire.says({ type: "usage", room_id: "kitchen", engine, audio_ms: 1_000, lag_ms: 20, ...change });
  };
  const kept = () => stay.connection.usage.map(({ engine, audio_ms }) => `${engine} ${audio_ms}`);
  stay.join();
  expect(kept()).toEqual([]);
  used("local");
  used("azure-translate", { cost_usd: 0.034, budget_left: { cost_usd: 0.5 } });
  used("local", { audio_ms: 2_000 });
  used("local", { audio_ms: 9_000, room_id: "cellar" });
  expect(stay.usage.map(({ engine, audio_ms }) => `${engine} ${audio_ms}`)).toEqual([
    "local 1000",
    "azure-translate 1000",
    "local 2000",
  ]);
  expect(stay.usage[1]?.budget_left).toEqual({ cost_usd: 0.5 });
  expect(kept()).toEqual(["local 2000", "azure-translate 1000"]);
  expect(stay.messages.filter(({ type }) => type === "usage")).toHaveLength(4);

  stay.wire.breaks(1006);
  expect(kept()).toHaveLength(2);
  vi.advanceTimersByTime(500);
  stay.wire.says({ type: "connected" });
  stay.wire.says({ type: "error", code: "session_not_found", message: "", ref: stay.wire.last("recover_session").id });
  stay.finishCreation("s2");
  expect(kept()).toEqual([]);
  used("local");
  stay.connection.leave();
  expect(kept()).toEqual([]);
});
