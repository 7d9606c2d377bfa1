// How far a translation is behind, as people feel it. Pure.

export type Promptness = "prompt" | "delayed" | "late";

/** Up to here a talk goes on as if nothing was between people: about the length of a short sentence. */
const PROMPT_MS = 2_000;
/** Beyond it an answer comes to what was said a sentence or two ago. */
const DELAYED_MS = 6_000;

/** `lagMs`: how long speech waits for its engine, and its translation to be heard, in milliseconds. */
export function promptnessOf(lagMs: number): Promptness {
  if (lagMs < PROMPT_MS) return "prompt";
  return lagMs < DELAYED_MS ? "delayed" : "late";
}
