import { expect, test } from "vitest";
import type { RoomView } from "../../api/types.ts";
import { room } from "./overview.fixtures.ts";
import { chooseFollowed, directionsAmong, FOLLOWED, lagOf, talkersOf } from "./rooms.ts";

const people = (count: number) =>
  Array.from({ length: count }, (_, at): [string, string, string, string] => [`s${at}`, `P${at}`, "en", "es"]);

test("at most twelve rooms are followed, the fullest first, and those that are stay where they are", () => {
  const many = Array.from({ length: 20 }, (_, at) => room(`r${at}`, people(at % 5)));
  const first = chooseFollowed([], many);
  expect(first).toHaveLength(FOLLOWED);
  expect(first.slice(0, 4)).toEqual(["r4", "r9", "r14", "r19"]);
  const later = many.map((each) => (each.room_id === "r4" ? room("r4", []) : each)).concat(room("huge", people(50)));
  const second = chooseFollowed(first, later);
  expect(second).toHaveLength(FOLLOWED);
  expect(second.slice(0, 11)).toEqual(first.slice(1));
  expect(second[11]).toBe("huge");
});

test("languages meet between people; alone, one hears oneself", () => {
  const { participants } = room("a", [
    ["s1", "Ana", "es", "es"],
    ["s2", "Ben", "en", "en"],
    ["s3", "Bob", "en-GB", "en"],
  ]);
  expect(directionsAmong(participants, false)).toEqual([
    { from: "es", to: "en" },
    { from: "en", to: "es" },
    { from: "en-GB", to: "es" },
  ]);
  const alone = room("b", [["s1", "Ana", "es", "en"]]).participants;
  expect(directionsAmong(alone, false)).toEqual([]);
  expect(directionsAmong(alone, true)).toEqual([{ from: "es", to: "en" }]);
});

test("who talks is told by sound and by words that are not old", () => {
  const heard = { s1: 9_000, s2: 1_000 };
  const loud: RoomView = {
    ...room("a", []),
    sources: [{ session_id: "s3", language: "en", engine: "local", state: "hearing", lag_ms: 20 }],
  };
  expect([...talkersOf(loud, heard, 10_000)]).toEqual(["s1", "s3"]);
});

test("lag is the worst of all", () => {
  expect(lagOf(room("a", []))).toBe(0);
  const busy: RoomView = {
    ...room("a", []),
    sources: [{ session_id: "s", language: "en", engine: "local", state: "resting", lag_ms: 20 }],
    invokers: [
      {
        session_id: "s",
        language: "es",
        state: "speaking",
        lag_ms: 700,
        hearers: 1,
        engine: "local",
        waiting_ms: 0,
        left_out_ms: 0,
      },
    ],
  };
  expect(lagOf(busy)).toBe(700);
});
