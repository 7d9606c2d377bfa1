// Spanish texts of the websocket test page.
import type { Texts } from "../texts.ts";

export const websocketTest: Texts["websocketTest"] = { title: "" };
