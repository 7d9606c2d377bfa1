// The connection's side of the protocol, against a wire that the test holds in its hands and a clock that it turns.
import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { Connection } from "../src/client/connection.ts";
import type { ConnectionState, Wire } from "../src/client/connection.ts";
import type { AudioFrame, ServerMessage } from "../src/client/protocol.ts";

interface Sent {
  type: string;
  id: string;
  [field: string]: unknown;
}

class TestWire {
  binaryType: BinaryType = "blob";
  bufferedAmount = 0;
  readyState = 1;
  onmessage: Wire["onmessage"] = null;
  onclose: Wire["onclose"] = null;
  sent: Sent[] = [];
  binary: ArrayBuffer[] = [];
  closedWith: number | undefined;

  send(data: string | ArrayBuffer): void {
    if (typeof data === "string") this.sent.push(JSON.parse(data) as Sent);
    else this.binary.push(data);
  }

  close(code = 1005): void {
    this.closedWith = code;
    this.readyState = 3;
  }

  /** The newest message sent; fails unless it is of this type. */
  last(type: string): Sent {
    const sent = this.sent.at(-1);
    assert.equal(sent?.type, type);
    return sent;
  }

  says(message: object): void {
    this.onmessage?.call(this as unknown as WebSocket, { data: JSON.stringify(message) } as MessageEvent);
  }

  breaks(code: number, reason = ""): void {
    this.readyState = 3;
    this.onclose?.call(this as unknown as WebSocket, { code, reason } as CloseEvent);
  }
}

class Stay {
  readonly wires: TestWire[] = [];
  readonly states: ConnectionState[] = [];
  readonly messages: ServerMessage[] = [];
  readonly audio: AudioFrame[] = [];
  readonly news: string[] = [];
  readonly connection = new Connection({
    open: () => {
      const wire = new TestWire();
      this.wires.push(wire);
      return wire as unknown as Wire;
    },
    config: { room_id: "kitchen", name: "Ana", speaks: "es", hears: ["es"] },
    random: () => 0,
    events: {
      state: (state) => this.states.push(state),
      message: (message) => this.messages.push(message),
      audio: (frame) => this.audio.push(frame),
      recovered: (missed, gap) => this.news.push(`recovered ${missed} ${gap ? "gap" : "whole"}`),
      replaced: () => this.news.push("replaced"),
    },
  });

  get wire(): TestWire {
    const wire = this.wires.at(-1);
    assert.ok(wire !== undefined, "no socket was opened");
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
    assert.equal(this.state, "online");
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
  mock.timers.enable({ apis: ["setTimeout", "setInterval", "Date"] });
});
afterEach(() => {
  mock.timers.reset();
});

test("connected, session, online", () => {
  const stay = new Stay();
  stay.join();
  assert.deepEqual(stay.states.at(-1), { kind: "online", sessionId: "s1", roomId: "kitchen" });
  assert.deepEqual(stay.wire.sent[0]?.config, { room_id: "kitchen", name: "Ana", speaks: "es", hears: ["es"] });
  assert.equal(stay.wire.binaryType, "arraybuffer");
});

for (const code of [1001, 1006, 1011, 1012, 1013]) {
  test(`after close code ${code} the session is recovered from the last numbered message`, () => {
    const stay = new Stay();
    stay.join();
    stay.wire.says(final(9));
    stay.wire.says(final(8));
    stay.wire.breaks(code);
    assert.deepEqual(stay.states.at(-1), { kind: "waiting", retryInMs: 500 });
    assert.equal(stay.wires.length, 1);
    mock.timers.tick(500);
    assert.equal(stay.wires.length, 2);
    stay.wire.says({ type: "connected" });
    const recover = stay.wire.last("recover_session");
    assert.deepEqual([recover.session_id, recover.resume_token, recover.last_seq], ["s1", "token-s1", 9]);
    const missed = { resume_token: "t2", seq: 12, missed: 2, gap: false, ref: recover.id };
    stay.wire.says({ type: "session_recovered", ...answer("s1", missed) });
    assert.equal(stay.state, "online");
    assert.deepEqual(stay.news, ["recovered 2 whole"]);
    // Broken again before the replay: what was only announced is still to come.
    stay.wire.breaks(1006);
    mock.timers.tick(500);
    stay.wire.says({ type: "connected" });
    assert.equal(stay.wire.last("recover_session").last_seq, 9);
    assert.equal(stay.wire.last("recover_session").resume_token, "t2");
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
    assert.deepEqual(stay.states.at(-1), { kind: "ended", why, message: "because" });
    mock.timers.tick(60_000);
    assert.equal(stay.wires.length, 1);
  });
}

test("a session that the server forgot is replaced by a fresh one, with what was configured last", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.configure({ hears: ["fr"] });
  stay.wire.breaks(1012);
  mock.timers.tick(500);
  stay.wire.says({ type: "connected" });
  const recover = stay.wire.last("recover_session");
  stay.wire.says({ type: "error", code: "session_not_found", message: "no such session", ref: recover.id });
  assert.deepEqual(stay.wire.last("create_session").config, {
    room_id: "kitchen",
    name: "Ana",
    speaks: "es",
    hears: ["fr"],
  });
  stay.finishCreation("s2");
  assert.deepEqual(stay.news, ["replaced"]);
  assert.equal(stay.connection.sessionId, "s2");
  assert.ok(!stay.messages.some((message) => message.type === "error"), "the refusal is not shown as an error too");
});

test("what was configured while the connection was broken is said once it is back", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.breaks(1006);
  stay.connection.configure({ hears: ["fr"] });
  for (const expected of [["fr"], undefined]) {
    mock.timers.tick(500);
    stay.wire.says({ type: "connected" });
    stay.wire.says({ type: "session_recovered", ...answer("s1", { missed: 0, gap: false }) });
    const configured = stay.wire.sent.find((sent) => sent.type === "configure")?.config as
      { hears?: string[] } | undefined;
    assert.deepEqual(configured?.hears, expected);
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
    assert.equal(state?.kind, "waiting");
    waits.push(state.retryInMs);
    mock.timers.tick(state.retryInMs);
  }
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 8000, 15_000, 15_000]);
  stay.create("s1");
  stay.wire.breaks(1006);
  assert.deepEqual(stay.states.at(-1), { kind: "waiting", retryInMs: 500 });
});

test("a person can shorten the wait", () => {
  const stay = new Stay();
  stay.join();
  stay.wire.breaks(1006);
  stay.connection.retryNow();
  assert.equal(stay.wires.length, 2);
  mock.timers.tick(5_000);
  assert.equal(stay.wires.length, 2, "the attempt that was waited for is not made as well");
});

test("a server that accepts but never answers is given up after 10 s", () => {
  const stay = new Stay();
  stay.connection.open();
  mock.timers.tick(10_000);
  assert.equal(stay.state, "waiting");
  assert.notEqual(stay.wires[0]?.closedWith, undefined);
});

test("pings go out, and a silent network is noticed though the socket stays open", () => {
  const stay = new Stay();
  stay.join();
  mock.timers.tick(15_000);
  stay.wire.last("ping");
  stay.wire.says({ type: "pong" });
  mock.timers.tick(30_000);
  assert.equal(stay.state, "online");
  mock.timers.tick(15_000);
  assert.equal(stay.state, "waiting");
});

test("a socket that was given up is not listened to any more", () => {
  const stay = new Stay();
  stay.join();
  const old = stay.wire;
  old.breaks(1006);
  mock.timers.tick(500);
  old.says(final(20));
  old.breaks(1000);
  assert.equal(stay.state, "connecting");
  assert.ok(!stay.messages.some((message) => message.type === "transcription"));
});

test("a refused room ends the stay with the server's words", () => {
  const stay = new Stay();
  stay.connection.open();
  stay.wire.says({ type: "connected" });
  const create = stay.wire.last("create_session");
  stay.wire.says({ type: "error", code: "limit", message: "the server is full", ref: create.id });
  assert.deepEqual(stay.states.at(-1), { kind: "ended", why: "refused", message: "the server is full" });
});

test("audio is dropped, not queued, while the network does not keep up or there is none", () => {
  const stay = new Stay();
  const samples = new Int16Array(320);
  assert.equal(stay.connection.sendAudio(samples), false);
  stay.join();
  assert.equal(stay.connection.sendAudio(samples), true);
  assert.equal(stay.wire.binary[0]?.byteLength, 640);
  stay.wire.bufferedAmount = 70_000;
  assert.equal(stay.connection.sendAudio(samples), false);
  assert.equal(stay.wire.binary.length, 1);
});

test("text is sent only where somebody is there to get it", () => {
  const stay = new Stay();
  assert.equal(stay.connection.sendText("hola"), false);
  stay.join();
  assert.equal(stay.connection.sendText("hola"), true);
  assert.equal(stay.wire.last("text").text, "hola");
  stay.wire.breaks(1006);
  assert.equal(stay.connection.sendText("hola"), false);
});

test("translated audio is handed on decoded", () => {
  const stay = new Stay();
  stay.join();
  const data = new Uint8Array([1, 0, 12, 0, 9, 0, 0, 0, 3, 0, 0, 0, 7, 0]).buffer;
  stay.wire.onmessage?.call(stay.wire as unknown as WebSocket, { data } as MessageEvent);
  assert.deepEqual(stay.audio, [{ streamId: 9, sequence: 3, samples: new Int16Array([7]) }]);
});

test("leaving says so and closes with 1000", () => {
  const stay = new Stay();
  stay.join();
  stay.connection.leave();
  stay.wire.last("leave_session");
  assert.equal(stay.wire.closedWith, 1000);
  assert.deepEqual(stay.states.at(-1), { kind: "ended", why: "left" });
});
