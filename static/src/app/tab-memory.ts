// What this tab remembers over a reload: in its session storage, gone with the tab, and not shared with others. A browser that
// keeps nothing only asks again.

/** Everything that is kept so; all of it belongs to the person whose key the tab has. */
const PLACES = { key: "interpres.key", stay: "interpres.stay" } as const;

export type Remembered = keyof typeof PLACES;

/** Empty when there is nothing. */
export function remembered(what: Remembered): string {
  try {
    return sessionStorage.getItem(PLACES[what]) ?? "";
  } catch {
    return "";
  }
}

export function remember(what: Remembered, text: string): void {
  try {
    sessionStorage.setItem(PLACES[what], text);
  } catch {
    // Where storage is blocked, or full.
  }
}

export function forget(what: Remembered): void {
  try {
    sessionStorage.removeItem(PLACES[what]);
  } catch {
    // Then nothing was kept either.
  }
}
