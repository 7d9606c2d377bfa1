import { createTheme } from "@mui/material/styles";
import { expect, test } from "vitest";
import { theme } from "../app/theme.ts";
import { ON_TONE, toneBorder, toneFor, toneGround, TONES, toneText } from "./tones.ts";

// MUI's types leave out what the theme was made of.
const schemes = (theme as unknown as Record<"colorSchemes", Record<"light" | "dark", Pick<typeof theme, "palette">>>)
  .colorSchemes;

/** WCAG 2.1, 1.4.3: relative luminance of an sRGB colour `#rrggbb`. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const share = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(one: string, other: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(other)].sort((first, second) => second - first);
  return (light + 0.05) / (dark + 0.05);
}

test.each(["light", "dark"] as const)("every tone can be read in %s, as text and below a letter", (scheme) => {
  const grounds = schemes[scheme].palette.background;
  for (const tone of TONES) {
    expect(contrast(tone[scheme], grounds.paper)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tone[scheme], grounds.default)).toBeGreaterThanOrEqual(4.5);
    expect(contrast(tone[scheme], ON_TONE[scheme])).toBeGreaterThanOrEqual(4.5);
  }
});

test("the first eight people differ, and the same person always has the same tone", () => {
  const taken: Record<string, number> = {};
  for (let person = 0; person < 8; person += 1) taken[`session-${person}`] = toneFor(`session-${person}`, taken);
  expect(new Set(Object.values(taken)).size).toBe(8);
  expect(toneFor("another", taken)).toBe(toneFor("another", {}));
});

test("a tone is one colour in light and another in dark", () => {
  const styles = createTheme({ colorSchemes: { light: true, dark: true }, cssVariables: true });
  expect(toneText(1)(styles)).toMatchObject({ color: TONES[1].light });
  expect(toneGround(9)(styles)).toMatchObject({ backgroundColor: TONES[1].light, color: ON_TONE.light });
  expect(toneBorder(1)(styles)).toMatchObject({ borderColor: TONES[1].light });
  expect(JSON.stringify(toneText(1)(styles))).toContain(TONES[1].dark);
});
