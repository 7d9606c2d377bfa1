// What a person has chosen on this device, kept by the browser: how the interface looks and how they take part in rooms.
import { createSlice } from "@reduxjs/toolkit";
import type { PayloadAction } from "@reduxjs/toolkit";
import { isInterfaceLanguage } from "../i18n/i18n.ts";
import type { InterfaceLanguage } from "../i18n/i18n.ts";

export interface Preferences {
  /** Undefined: as the browser says. */
  interfaceLanguage: InterfaceLanguage | undefined;
  /** Whether shortcuts of one key act (WCAG 2.1, 2.1.4). */
  shortcuts: boolean;
  name: string;
  /** BCP 47, or empty before the first choice. */
  speaks: string;
  hears: string;
  /** Of translated voices, 0 to 1. */
  volume: number;
  /** What is left of an original voice's volume while a translation is heard, 0 to 1. */
  ducking: number;
  /** Translated voices fall silent when this person begins to speak. */
  bargeIn: boolean;
  /** `deviceId` of the microphone; empty: the browser's default. */
  microphone: string;
  pushToTalk: boolean;
  /** Screen readers are told what others say. */
  announceCaptions: boolean;
}

const UNCHOSEN: Preferences = {
  interfaceLanguage: undefined,
  shortcuts: true,
  name: "",
  speaks: "",
  hears: "",
  volume: 0.8,
  ducking: 0.2,
  bargeIn: false,
  microphone: "",
  pushToTalk: false,
  announceCaptions: true,
};

const PLACE = "interpres.preferences";

const preferences = createSlice({
  name: "preferences",
  initialState: (): Preferences => ({ ...UNCHOSEN, ...kept() }),
  reducers: {
    prefer(state, { payload }: PayloadAction<Partial<Preferences>>) {
      Object.assign(state, payload);
    },
  },
});

export const { prefer } = preferences.actions;
export const preferencesSlice = preferences;

/** Keeps them for the next visit. A browser that keeps nothing only asks again. */
export function keepPreferences(chosen: Preferences): void {
  try {
    localStorage.setItem(PLACE, JSON.stringify(chosen));
  } catch {
    // Private windows of some browsers have no storage.
  }
}

/** Those of the last visit, as far as they are still of the kind they should be. */
function kept(): Partial<Preferences> {
  let stored: unknown;
  try {
    stored = JSON.parse(localStorage.getItem(PLACE) ?? "{}");
  } catch {
    return {};
  }
  if (typeof stored !== "object" || stored === null) return {};
  const known = Object.entries(stored).filter(([name, value]: [string, unknown]) => {
    if (name === "interfaceLanguage") return isInterfaceLanguage(value);
    const usual: unknown = UNCHOSEN[name as keyof Preferences];
    return usual !== undefined && typeof value === typeof usual;
  });
  return Object.fromEntries(known);
}
