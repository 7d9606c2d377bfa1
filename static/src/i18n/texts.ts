// What every language has a text for: the shape of the English ones, so that a missing one does not compile.
import type { en } from "./en/index.ts";

type Same<T> = { [Key in keyof T]: T[Key] extends string ? string : Same<T[Key]> };

export type Texts = Same<typeof en>;

declare module "i18next" {
  interface CustomTypeOptions {
    defaultNS: "frame";
    resources: typeof en;
  }
}
