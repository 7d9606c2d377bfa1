// The time of day as something that a component can show: it is told anew every second.
import { useSyncExternalStore } from "react";

const TICK_MS = 1_000;

let now = Date.now();
const listeners = new Set<() => void>();
let ticking: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  if (listeners.size === 0) {
    now = Date.now();
    ticking = setInterval(() => {
      now = Date.now();
      for (const each of listeners) each();
    }, TICK_MS);
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) clearInterval(ticking);
  };
}

/** Milliseconds since 1970, at most a second old. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
