// Which languages are one to whoever hears them. Pure.

/**
 * Whether what is said in one is not translated for a hearer of the other: the same language, whatever its region,
 * unless both name a different one. The server decides by the same rule.
 */
export function sameLanguage(one: string, other: string): boolean {
  const [first, second] = [one.toLowerCase(), other.toLowerCase()];
  return first === second || primaryOf(first) === second || first === primaryOf(second);
}

/** The language without region and script. */
export function primaryOf(code: string): string {
  return code.split("-")[0] ?? code;
}
