// What the page says when something does not work: what happened and what the person can do. All texts in one place.
import type { MicrophoneProblem } from "../audio/microphone.ts";
import type { ConnectionState } from "../client/connection.ts";

const MICROPHONE: Record<MicrophoneProblem, string> = {
  refused:
    "The browser does not let this page use the microphone. Allow it in the site settings beside the address, then try again. Typing works meanwhile.",
  no_device: "No microphone was found. Plug one in and try again. Typing works meanwhile.",
  busy: "The microphone is in use by another program. Close that program and try again.",
  insecure: "Browsers give the microphone only to pages on https or on localhost. Open this page that way, or type.",
  blocked: "The browser did not start the sound. Press the button once more.",
  failed: "The microphone could not be opened. Reload the page and try again. Typing works meanwhile.",
};

export function microphoneAdvice(problem: MicrophoneProblem): string {
  return MICROPHONE[problem];
}

/** By error code of the protocol: what to do. What happened is in the message that the server sends along. */
const WHAT_TO_DO: Readonly<Record<string, string>> = {
  speech_unavailable: "Type instead, or choose another language under “I speak”.",
  language_unavailable: "Choose another language under “I speak” or “I hear”.",
  translation_unavailable: "Choose another language under “I hear”.",
  engine_unavailable: "Whoever runs this server sees at /api/engines what is missing.",
  engine_overloaded: "Type for now, and try speaking again in a minute.",
  engine_timeout: "Say it once more.",
  engine_failed: "Say it once more.",
  invalid_text: "Send it in shorter pieces.",
  forbidden: "Ask whoever runs this server for access.",
  no_session: "Leave the room and join again.",
};

export function errorAdvice(code: string, message: string): string {
  const whatHappened = message.trim() === "" ? `The server reported “${code}”.` : sentence(message);
  const whatToDo = WHAT_TO_DO[code];
  return whatToDo === undefined ? whatHappened : `${whatHappened} ${whatToDo}`;
}

export function endAdvice(state: ConnectionState & { kind: "ended" }): string {
  const reason = state.message === undefined ? "" : ` ${sentence(state.message)}`;
  switch (state.why) {
    case "left":
      return "You left the room.";
    case "policy":
      return `The server closed the connection because of its limits.${reason} Wait a minute, then join again.`;
    case "authentication":
      return `The server wants to know who you are.${reason} Ask whoever runs it for access.`;
    case "closed":
      return `The server ended your session.${reason} Join again to go on.`;
    case "refused":
      return `The room could not be entered.${reason}`;
  }
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?…]$/u.test(begun) ? begun : `${begun}.`;
}
