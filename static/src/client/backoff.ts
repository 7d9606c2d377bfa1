// How long to wait before the next attempt to connect.

const FIRST_MS = 500;
const LONGEST_MS = 15_000;

/**
 * Milliseconds before attempt number `attempt` (from 0): doubling from half a second to 15 s, of which a random half
 * is taken off, so that the people of a restarted server do not all come back in the same instant.
 * `random` is in [0, 1).
 */
export function backoff(attempt: number, random: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** attempt);
  return Math.round(full * (1 - random / 2));
}
