// The colours by which people are told apart, on every page. Each has a contrast of at least 4.5 to the grounds on which captions stand,
// and to the letter on it (tones.test.ts computes it).
import type { CSSObject, Theme } from "@mui/material/styles";

/** Text and avatar in light; in dark the second one. */
export const TONES = [
  { light: "#0b6b65", dark: "#5cd3c7" },
  { light: "#8a4b08", dark: "#f0ae6a" },
  { light: "#3453ad", dark: "#9db4f5" },
  { light: "#8c2f6b", dark: "#ee9fd0" },
  { light: "#3f6326", dark: "#a6d086" },
  { light: "#6444ab", dark: "#c0aaf5" },
  { light: "#9c3030", dark: "#ff9f97" },
  { light: "#1f5f8b", dark: "#8ccbf2" },
] as const;

export const ON_TONE = { light: "#ffffff", dark: "#10181b" } as const;

/** A person's tone: always the same for their session, and not one that somebody else in the room has, while there are any left. */
export function toneFor(sessionId: string, taken: Readonly<Record<string, number>> = {}): number {
  const used = new Set(Object.values(taken));
  let hash = 0;
  for (const character of sessionId) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  const wished = hash % TONES.length;
  for (let step = 0; step < TONES.length; step += 1) {
    const tone = (wished + step) % TONES.length;
    if (!used.has(tone)) return tone;
  }
  return wished;
}

export function toneText(tone: number): (theme: Theme) => CSSObject {
  const { light, dark } = toneAt(tone);
  return (theme) => ({ color: light, ...theme.applyStyles("dark", { color: dark }) });
}

export function toneBorder(tone: number): (theme: Theme) => CSSObject {
  const { light, dark } = toneAt(tone);
  return (theme) => ({ borderColor: light, ...theme.applyStyles("dark", { borderColor: dark }) });
}

export function toneGround(tone: number): (theme: Theme) => CSSObject {
  const { light, dark } = toneAt(tone);
  return (theme) => ({
    backgroundColor: light,
    color: ON_TONE.light,
    ...theme.applyStyles("dark", { backgroundColor: dark, color: ON_TONE.dark }),
  });
}

function toneAt(tone: number): { light: string; dark: string } {
  return TONES[tone % TONES.length] ?? TONES[0];
}
