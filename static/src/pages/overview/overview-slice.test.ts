// What the overview remembers is bounded, and only as new as it claims to be.
import { expect, test } from "vitest";
import { makeStore } from "../../app/store.ts";
import { readEvent } from "./events.ts";
import { NOON, sampleAt } from "./overview.fixtures.ts";
import { CAPTIONS, KEPT_MS, sampled, said, selectOverview } from "./overview-slice.ts";
import { liveRoomsQuestion } from "../../api/questions.ts";
import { dashboardQuestion } from "./questions.ts";
import { dashboard, KITCHEN } from "./overview.fixtures.ts";

function fulfilled(name: "dashboard" | "liveRooms", payload: unknown) {
  const meta = { requestStatus: "fulfilled", arg: { type: "query", endpointName: name }, requestId: "r" };
  return { type: "api/executeQuery/fulfilled", payload, meta };
}

test("fifteen minutes of figures are kept, in order, each once", () => {
  const store = makeStore();
  const every = (step: number, count: number) => Array.from({ length: count }, (_, at) => sampleAt(NOON + at * step));
  store.dispatch(fulfilled("dashboard", dashboard(every(10_000, 181))));
  store.dispatch(sampled(sampleAt(NOON + 2 * KEPT_MS + 10_000)));
  store.dispatch(sampled(sampleAt(NOON)));
  const { samples } = selectOverview(store.getState());
  expect(samples).toHaveLength(KEPT_MS / 10_000);
  expect(samples.at(-1)?.at).toBe(new Date(NOON + 2 * KEPT_MS + 10_000).toISOString());
  const often = makeStore();
  often.dispatch(fulfilled("dashboard", dashboard(every(1, 2_500))));
  expect(selectOverview(often.getState()).samples).toHaveLength(1_800);
});

test("history joins what came by event meanwhile", () => {
  const store = makeStore();
  store.dispatch(sampled(sampleAt(NOON + 5_000, { connections: 99 })));
  const loaded = fulfilled("dashboard", dashboard([sampleAt(NOON - 5_000), sampleAt(NOON)]));
  expect(dashboardQuestion.matchFulfilled(loaded)).toBe(true);
  store.dispatch(loaded);
  expect(selectOverview(store.getState()).samples.map(({ connections }) => connections)).toEqual([12, 12, 99]);
});

test("a few captions are kept for each room, and none of rooms that are not followed", () => {
  const store = makeStore();
  const loaded = fulfilled("liveRooms", { rooms: [KITCHEN] });
  expect(liveRoomsQuestion.matchFulfilled(loaded)).toBe(true);
  store.dispatch(loaded);
  const caption = { revision: 1, speaker: { session_id: "s1", name: "Ana" }, language: "es", text: "a", final: true };
  for (let number = 0; number < 9; number += 1) {
    for (const room of ["kitchen", "elsewhere"]) {
      store.dispatch(said({ room, at: 0, caption: { ...caption, translation: false, utteranceId: `u${number}` } }));
    }
    for (const language of ["en", "fr", "it", "pt"]) {
      store.dispatch(
        said({
          room: "kitchen",
          at: 0,
          caption: { ...caption, translation: true, utteranceId: `u${number}`, language },
        }),
      );
    }
  }
  const { rooms } = selectOverview(store.getState());
  expect(Object.keys(rooms)).toEqual(["kitchen"]);
  expect(rooms.kitchen?.captions.map(({ utteranceId }) => utteranceId)).toEqual(
    ["u5", "u6", "u7", "u8"].slice(-CAPTIONS),
  );
  expect(rooms.kitchen?.captions[0]?.translations.map(({ language }) => language)).toEqual(["en", "fr", "it"]);
  store.dispatch(
    said({ room: "kitchen", at: 0, caption: { ...caption, translation: true, utteranceId: "long gone" } }),
  );
  store.dispatch(
    said({ room: "kitchen", at: 0, caption: { ...caption, translation: false, utteranceId: "u8", text: "late" } }),
  );
  expect(selectOverview(store.getState()).rooms.kitchen?.captions.at(-1)?.text).toBe("a");
});

test("events that are not as agreed upon are left alone", () => {
  expect(readEvent({})).toBeUndefined();
  expect(readEvent({ kind: "from_the_future" })).toBeUndefined();
  expect(readEvent({ kind: "sample", sample: 7 })).toBeUndefined();
  expect(readEvent({ kind: "alert", raised: true })).toBeUndefined();
  expect(readEvent({ kind: "transcription", text: "no speaker" })).toBeUndefined();
  expect(readEvent({ kind: "participant_joined" })).toEqual({ kind: "changed" });
  expect(readEvent({ kind: "source_started" })).toEqual({ kind: "changed" });
  expect(readEvent({ kind: "alert", raised: true, id: "a", severity: "odd" })).toMatchObject({
    alert: { severity: "warning" },
  });
  expect(readEvent({ kind: "sample", sample: { at: "x", rooms: "many" } })).toMatchObject({ sample: { rooms: 0 } });
});
