// Spanish texts of the room page.
import type { Texts } from "../texts.ts";

export const room: Texts["room"] = {
  shortcuts: {
    microphone: "En una sala: encender o apagar el micrófono",
    space: "Espacio",
    pushToTalk: "En una sala: mantener para hablar",
    write: "En una sala: escribir",
    swap: "En una sala: intercambiar los idiomas",
  },
};
