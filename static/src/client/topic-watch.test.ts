import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { TestWire } from "../testing/test-wire.ts";
import { TopicWatch } from "./topic-watch.ts";

class Watching {
  readonly wires: TestWire[] = [];
  readonly news: unknown[] = [];
  readonly watch = new TopicWatch({
    open: () => {
      const wire = new TestWire();
      this.wires.push(wire);
      return wire;
    },
    random: () => 0,
    events: {
      state: (...state) => this.news.push(state.join(" ")),
      event: (topic, event, seq) => this.news.push([topic, event.kind, seq]),
      refused: (...refusal) => this.news.push(refusal.join(" ")),
    },
  });

  get wire(): TestWire {
    const wire = this.wires.at(-1);
    if (wire === undefined) throw new Error("no socket was opened");
    return wire;
  }

  get subscribed(): unknown[] {
    return this.wire.sent.filter(({ type }) => type === "subscribe").map(({ topic }) => topic);
  }
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function online(...topics: string[]): Watching {
  const watching = new Watching();
  for (const topic of topics) watching.watch.follow(topic);
  watching.watch.open();
  watching.wire.says({ type: "connected" });
  return watching;
}

test("topics are followed from the first connection on, and those that come later too, each once", () => {
  const watching = online("room/a");
  watching.watch.follow("metrics");
  watching.watch.follow("metrics");
  expect(watching.subscribed).toEqual(["room/a", "metrics"]);
  watching.wire.says({ type: "subscribed", topic: "room/a", ref: "m1" });
  watching.wire.says({ type: "event", topic: "room/a", seq: 4, event: { kind: "caption" } });
  expect(watching.news).toEqual(["connecting", "online", ["room/a", "caption", 4]]);
});

test("after a break it subscribes again to what is still followed", () => {
  const watching = online("room/a", "room/b");
  watching.watch.unfollow("room/a");
  expect(watching.wire.last("unsubscribe").topic).toBe("room/a");
  watching.wire.breaks(1012);
  watching.watch.follow("room/c");
  vi.advanceTimersByTime(500);
  watching.wire.says({ type: "connected" });
  expect(watching.subscribed).toEqual(["room/b", "room/c"]);
  expect(watching.news).toEqual(["connecting", "online", "waiting", "connecting", "online"]);
});

test("a refused topic is told and not asked for again", () => {
  const watching = online("metrics");
  const { id } = watching.wire.last("subscribe");
  watching.wire.says({ type: "error", code: "forbidden", message: "needs operator", ref: id });
  watching.wire.says({ type: "error", code: "rate_limited", message: "slower", ref: "m99" });
  expect(watching.news.slice(2)).toEqual(["metrics forbidden needs operator"]);
  watching.wire.breaks(1006);
  watching.watch.retryNow();
  watching.wire.says({ type: "connected" });
  expect(watching.subscribed).toEqual([]);
});

test("an end that trying again cannot mend is told with its reason", () => {
  const watching = online();
  watching.wire.breaks(4001);
  vi.advanceTimersByTime(60_000);
  expect(watching.news.at(-1)).toBe("ended authentication");
  expect(watching.wires).toHaveLength(1);
});

test("closed by the page it stays away, and remembers its topics", () => {
  const watching = online("room/a");
  watching.watch.close();
  expect(watching.wire.closedWith).toBe(1005);
  vi.advanceTimersByTime(60_000);
  expect(watching.wires).toHaveLength(1);
  watching.watch.open();
  watching.wire.says({ type: "connected" });
  expect(watching.subscribed).toEqual(["room/a"]);
});
