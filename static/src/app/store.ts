// The one store of the pages. A page brings its own slice with `rootReducer.inject` when it is first opened.
import { combineSlices, configureStore, createListenerMiddleware } from "@reduxjs/toolkit";
import { useDispatch, useSelector } from "react-redux";
import { api } from "../api/api.ts";
import { accessSlice, enterKey, keepKey, signOut } from "./access.ts";
import { noticesSlice } from "./notices.ts";
import { keepPreferences, prefer, preferencesSlice } from "./preferences.ts";
import { forget } from "./tab-memory.ts";

/** What pages bring when they are loaded; each page adds its slice to this interface. */
// eslint-disable-next-line @typescript-eslint/no-empty-object-type -- pages fill it by declaration merging
export interface PageSlices {}

export const rootReducer = combineSlices(
  accessSlice,
  noticesSlice,
  preferencesSlice,
  api,
).withLazyLoadedSlices<PageSlices>();

export type RootState = ReturnType<typeof rootReducer>;

export function makeStore() {
  const listener = createListenerMiddleware<RootState>();
  listener.startListening({
    actionCreator: prefer,
    effect: (_, store) => {
      keepPreferences(store.getState().preferences);
    },
  });
  listener.startListening({
    predicate: (_, now, before) => now.access.key !== before.access.key,
    effect: (action, store) => {
      keepKey(store.getState().access);
      // Answers given to somebody else are nobody's any more.
      if (enterKey.match(action) || signOut.match(action)) store.dispatch(api.util.resetApiState());
    },
  });
  listener.startListening({
    actionCreator: signOut,
    effect: () => {
      // Also where the room page, which leaves a room that is open, was never loaded.
      forget("stay");
    },
  });
  return configureStore({
    reducer: rootReducer,
    middleware: (usual) => usual().prepend(listener.middleware).concat(api.middleware),
  });
}

export type Store = ReturnType<typeof makeStore>;
export type Dispatch = Store["dispatch"];

export const useAppDispatch = useDispatch.withTypes<Dispatch>();
export const useAppSelector = useSelector.withTypes<RootState>();
