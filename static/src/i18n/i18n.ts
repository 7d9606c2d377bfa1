// The interface's own languages: which there are, which one a person wants, and changing to it. Texts of a language are
// loaded when it is first used.
import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { Texts } from "./texts.ts";

export const INTERFACE_LANGUAGES = { en: "English", es: "Español" } as const;

export type InterfaceLanguage = keyof typeof INTERFACE_LANGUAGES;

const texts: Record<InterfaceLanguage, () => Promise<Texts>> = {
  en: async () => (await import("./en/index.ts")).en,
  es: async () => (await import("./es/index.ts")).es,
};

export function isInterfaceLanguage(code: unknown): code is InterfaceLanguage {
  return typeof code === "string" && code in INTERFACE_LANGUAGES;
}

/** The first of the person's languages, as their browser names them, in which there is an interface; else English. */
export function preferredInterfaceLanguage(wishes: readonly string[] = navigator.languages): InterfaceLanguage {
  return wishes.map((wish) => wish.split("-")[0]).find(isInterfaceLanguage) ?? "en";
}

/** How dates, times and numbers are written: as in the person's own region, where their browser names one of this language. */
export function regional(language: string, wishes: readonly string[] = navigator.languages): string {
  return wishes.find((wish) => wish.split("-")[0] === language) ?? language;
}

/** Shows the interface in `language` once its texts are here. */
export async function speakInterface(language: InterfaceLanguage): Promise<void> {
  if (!i18next.isInitialized) {
    await i18next.use(initReactI18next).init({
      resources: {},
      lng: language,
      defaultNS: "frame",
      // React escapes what it shows.
      interpolation: { escapeValue: false },
    });
  }
  if (!i18next.hasResourceBundle(language, "frame")) {
    for (const [namespace, bundle] of Object.entries(await texts[language]())) {
      i18next.addResourceBundle(language, namespace, bundle);
    }
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
