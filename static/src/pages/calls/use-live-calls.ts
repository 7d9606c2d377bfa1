// Events of all calls while the page is open. What an event means stands in the list, which is asked for anew: at once,
// and however much happens, not more often than once a second.
import { useEffect, useState } from "react";
import { askCallsAgain } from "../../api/calls.ts";
import { useAppDispatch, useAppSelector } from "../../app/store.ts";
import { socketTo, TopicWatch } from "../../client/index.ts";
import type { WatchState } from "../../client/index.ts";
import { paced } from "../../parts/paced.ts";

const ALL_CALLS = "call/*";
const PAUSE_MS = 1_000;
/** Said every few seconds of each call that waits: it tells nothing new. */
const STILL_WAITING = "call.waiting";

/** Follows all calls while `wanted`, and tells how the socket does that brings their events. */
export function useLiveCalls(wanted: boolean): WatchState {
  const dispatch = useAppDispatch();
  const key = useAppSelector((state) => state.access.key);
  const [state, setState] = useState<WatchState>("connecting");
  useEffect(() => {
    if (!wanted) return;
    const again = paced(() => dispatch(askCallsAgain()), PAUSE_MS);
    const watch = new TopicWatch({
      open: () => socketTo(key === "" ? {} : { token: key }),
      events: {
        state: (now) => {
          setState(now);
          // What was told while nobody listened is not told again.
          if (now === "online") again.ask();
        },
        event: (_, { kind }) => {
          if (kind !== STILL_WAITING) again.ask();
        },
        refused: () => {
          // The list is asked for every few seconds all the same.
        },
      },
    });
    watch.follow(ALL_CALLS);
    watch.open();
    return () => {
      again.stop();
      watch.close();
    };
  }, [wanted, key, dispatch]);
  return state;
}
