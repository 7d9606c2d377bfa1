// What the engines of the room are used for, what that costs, and what is left of the room's budget: told by messages as it
// changes, and asked for on entering, as others may have talked before.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction, WithSlice } from "@reduxjs/toolkit";
import { api } from "../../../api/api.ts";
import type { BudgetFigures, RoomView, UsageFigures } from "../../../api/types.ts";
import { signOut } from "../../../app/access.ts";
import { rootReducer } from "../../../app/store.ts";
import { entered, left } from "../stay-slice.ts";

const questions = api.injectEndpoints({
  endpoints: (build) => ({
    room: build.query<RoomView, string>({ query: (roomId) => `api/rooms/${encodeURIComponent(roomId)}` }),
  }),
});

export const { room: roomQuestion } = questions.endpoints;

export interface InterpretingState {
  roomId: string;
  /** By engine, in the order in which they were used first. */
  engines: Record<string, UsageFigures>;
  /** What the room may use; undefined: whatever it likes, or it is not known. */
  budget: BudgetFigures | undefined;
  /** What is left of it for all engines together. */
  left: BudgetFigures | undefined;
  /** When it was learnt that nothing is left and nothing more is translated, in milliseconds since 1970. */
  exhaustedAt: number | undefined;
  /** What messages told since the room was asked about, which is newer than its answer: engines, and whether all is used up. */
  newer: { engines: string[]; exhausted: boolean };
}

function beginning(): InterpretingState {
  return {
    roomId: "",
    engines: {},
    budget: undefined,
    left: undefined,
    exhaustedAt: undefined,
    newer: { engines: [], exhausted: false },
  };
}

const interpretingSlice = createSlice({
  name: "interpreting",
  initialState: beginning,
  reducers: {
    engineUsed(state, { payload }: PayloadAction<UsageFigures>) {
      state.engines[payload.engine] = payload;
      state.left = payload.budget_left ?? undefined;
      if (!state.newer.engines.includes(payload.engine)) state.newer.engines.push(payload.engine);
    },
    budgetExhausted: {
      prepare: () => ({ payload: undefined, meta: { now: Date.now() } }),
      reducer(state, { meta }: PayloadAction<undefined, string, { now: number }>) {
        state.exhaustedAt ??= meta.now;
        state.newer.exhausted = true;
      },
    },
  },
  extraReducers: (builder) => {
    builder
      .addCase(entered, (state, { payload }) => {
        if (state.roomId !== payload.roomId) Object.assign(state, beginning(), { roomId: payload.roomId });
      })
      .addCase(left, beginning)
      .addCase(signOut, beginning)
      .addMatcher(roomQuestion.matchPending, (state, { meta }) => {
        if (meta.arg.originalArgs === state.roomId) state.newer = beginning().newer;
      })
      .addMatcher(roomQuestion.matchFulfilled, (state, { payload, meta }) => {
        if (meta.arg.originalArgs === state.roomId) describe(state, payload);
      });
  },
  selectors: {
    selectEngines: (state) => state.engines,
    selectBudget: (state) => state.budget,
    selectLeft: (state) => state.left,
    selectExhaustedAt: (state) => state.exhaustedAt,
  },
});

/** The room as it answers, but for what was told since it was asked. */
function describe(state: InterpretingState, { usage, budget, budget_left }: RoomView): void {
  const { engines, exhausted } = state.newer;
  const told = Object.values(state.engines).filter(({ engine }) => engines.includes(engine));
  const asked = usage.filter(({ engine }) => !engines.includes(engine));
  state.engines = Object.fromEntries([...asked, ...told].map((figures) => [figures.engine, figures]));
  state.budget = budget ?? undefined;
  if (told.length === 0) state.left = budget_left ?? undefined;
  // A room of this name that was made anew has a budget of its own.
  if (!exhausted) state.exhaustedAt = undefined;
}

declare module "../../../app/store.ts" {
  // eslint-disable-next-line @typescript-eslint/no-empty-object-type -- the slice is all that is added
  interface PageSlices extends WithSlice<typeof interpretingSlice> {}
}

const injected = interpretingSlice.injectInto(rootReducer);

export const { engineUsed, budgetExhausted } = interpretingSlice.actions;
export const { selectEngines, selectBudget, selectLeft, selectExhaustedAt } = injected.selectors;
