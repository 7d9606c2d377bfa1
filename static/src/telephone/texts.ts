// What the telephone says, in both languages.
import type { Problem } from "./telephone.ts";

export interface Texts {
  title: string;
  about: string;
  headphones: string;
  callee: string;
  caller: string;
  name: string;
  call: string;
  wait: string;
  waitMore: string;
  mute: string;
  unmute: string;
  hangUp: string;
  answer: string;
  decline: string;
  keypad: string;
  you: string;
  other: string;
  timeline: string;
  nothingYet: string;
  ready: string;
  waiting: string;
  offline: string;
  opening: string;
  calling: (seconds: number) => string;
  joining: string;
  connected: string;
  isMuted: string;
  rings: (who: string) => string;
  noEvents: string;
  otherPace: (factor: number) => string;
  /** By what the emulator says. */
  ended: Readonly<Record<string, string>>;
  endedOtherwise: (because: string) => string;
  problems: Readonly<Record<Problem, string>>;
}

const en: Texts = {
  title: "Telephone",
  about: "Call Interpres with your own voice, through the emulator of Azure Communication Services on this machine.",
  headphones: "Use headphones: the microphone also hears the loudspeaker.",
  callee: "Number or id to call",
  caller: "Your number or id",
  name: "Your name",
  call: "Call",
  wait: "Ring here when my number is called",
  waitMore: "For calls that Interpres makes.",
  mute: "Mute",
  unmute: "Unmute",
  hangUp: "Hang up",
  answer: "Answer",
  decline: "Decline",
  keypad: "Keypad",
  you: "You",
  other: "The other side",
  timeline: "What happens",
  nothingYet: "The steps of the call appear here as they happen.",
  ready: "Ready to call.",
  waiting: "Waiting for calls.",
  offline: "Looking for the emulator…",
  opening: "Opening the microphone. Allow it if the browser asks.",
  calling: (seconds) => `Ringing. It rings for ${seconds} seconds at most.`,
  joining: "Answered. The sound is on its way.",
  connected: "Connected. Speak now.",
  isMuted: "Connected. You are muted, nobody hears you.",
  rings: (who) => `${who} is calling.`,
  noEvents: "Nobody is told of your calls: start the emulator with --events-url and the address of Interpres.",
  otherPace: (factor) =>
    `Time passes ${factor} times faster in this emulator, so speech breaks up. Start it without --time-scale.`,
  ended: {
    "nobody answered": "Nobody answered.",
    "the caller hung up": "You hung up before anybody answered.",
    "nobody was left to talk to": "The call has ended.",
    terminated: "Interpres ended the call for everybody.",
    redirected: "The call was passed on to somebody else.",
    rejected: "The call was rejected.",
    "rejected: busy": "The other side is busy.",
    "rejected: forbidden": "The other side does not take calls from you.",
    "left the call": "You were taken out of the call.",
    "rang out": "The call stopped ringing before it was answered.",
  },
  endedOtherwise: (because) => `The call has ended: ${because}.`,
  problems: {
    microphone_refused:
      "The microphone is not allowed. Allow it for this page in the browser's settings, then call again.",
    microphone_no_device: "There is no microphone. Plug one in, then call again.",
    microphone_busy: "The microphone cannot be opened. Close other programs that use it, then call again.",
    microphone_insecure:
      "The browser gives the microphone only to this machine's own address. Open the page as http://127.0.0.1 or http://localhost.",
    microphone_blocked: "The browser does not let the page make sound. Press Call once more.",
    microphone_failed: "The microphone does not work. Try another one or another browser.",
    microphone_lost: "The microphone is gone. Plug it in again, hang up and call anew.",
    line_lost: "The emulator is not there. Start it again; this page comes back by itself.",
    callee_unusable: "This cannot be called. Write a phone number such as +18005550100, or an id such as 8:acs:…",
    caller_unusable: "You cannot call as this. Write a phone number such as +14255550123, or an id such as 8:acs:…",
    refused: "The emulator refused:",
  },
};

const es: Texts = {
  title: "Teléfono",
  about: "Llame a Interpres con su propia voz, por el emulador de Azure Communication Services de esta máquina.",
  headphones: "Use auriculares: el micrófono oye también el altavoz.",
  callee: "Número o id al que llamar",
  caller: "Su número o id",
  name: "Su nombre",
  call: "Llamar",
  wait: "Sonar aquí cuando llamen a mi número",
  waitMore: "Para llamadas que hace Interpres.",
  mute: "Silenciar",
  unmute: "Volver a hablar",
  hangUp: "Colgar",
  answer: "Contestar",
  decline: "Rechazar",
  keypad: "Teclado",
  you: "Usted",
  other: "El otro lado",
  timeline: "Lo que ocurre",
  nothingYet: "Los pasos de la llamada aparecen aquí según ocurren.",
  ready: "Listo para llamar.",
  waiting: "A la espera de llamadas.",
  offline: "Buscando el emulador…",
  opening: "Abriendo el micrófono. Permítalo si el navegador lo pregunta.",
  calling: (seconds) => `Está sonando. Suena ${seconds} segundos como mucho.`,
  joining: "Han contestado. El sonido está en camino.",
  connected: "Conectado. Hable ahora.",
  isMuted: "Conectado. Está en silencio, nadie le oye.",
  rings: (who) => `Llama ${who}.`,
  noEvents: "Nadie se entera de sus llamadas: inicie el emulador con --events-url y la dirección de Interpres.",
  otherPace: (factor) =>
    `En este emulador el tiempo pasa ${factor} veces más rápido y el habla se entrecorta. Inícielo sin --time-scale.`,
  ended: {
    "nobody answered": "Nadie contestó.",
    "the caller hung up": "Colgó antes de que contestaran.",
    "nobody was left to talk to": "La llamada ha terminado.",
    terminated: "Interpres terminó la llamada para todos.",
    redirected: "La llamada se pasó a otra persona.",
    rejected: "La llamada fue rechazada.",
    "rejected: busy": "El otro lado está ocupado.",
    "rejected: forbidden": "El otro lado no acepta llamadas suyas.",
    "left the call": "Le sacaron de la llamada.",
    "rang out": "La llamada dejó de sonar antes de que se contestara.",
  },
  endedOtherwise: (because) => `La llamada ha terminado: ${because}.`,
  problems: {
    microphone_refused:
      "El micrófono no está permitido. Permítalo para esta página en los ajustes del navegador y vuelva a llamar.",
    microphone_no_device: "No hay micrófono. Conecte uno y vuelva a llamar.",
    microphone_busy: "No se puede abrir el micrófono. Cierre otros programas que lo usen y vuelva a llamar.",
    microphone_insecure:
      "El navegador da el micrófono solo a la dirección de esta máquina. Abra la página como http://127.0.0.1 o http://localhost.",
    microphone_blocked: "El navegador no deja que la página suene. Pulse Llamar otra vez.",
    microphone_failed: "El micrófono no funciona. Pruebe otro, u otro navegador.",
    microphone_lost: "El micrófono ya no está. Conéctelo de nuevo, cuelgue y vuelva a llamar.",
    line_lost: "El emulador no está. Inícielo de nuevo; esta página vuelve por sí sola.",
    callee_unusable: "A esto no se puede llamar. Escriba un número como +18005550100, o un id como 8:acs:…",
    caller_unusable: "No se puede llamar como esto. Escriba un número como +14255550123, o un id como 8:acs:…",
    refused: "El emulador lo rechazó:",
  },
};

/** The language of a person's browser, if there is one for it. */
export function language(preferred: readonly string[]): "en" | "es" {
  for (const tag of preferred) {
    const [first] = tag.toLowerCase().split("-");
    if (first === "en" || first === "es") return first;
  }
  return "en";
}

export const TEXTS: Readonly<Record<"en" | "es", Texts>> = { en, es };
