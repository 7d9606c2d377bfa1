// Spanish texts of the overview page.
import type { Texts } from "../texts.ts";

export const overview: Texts["overview"] = { title: "" };
