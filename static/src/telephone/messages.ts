// What the emulator tells the telephone, checked as it is read. Pure.

/** How the emulator is; its first message. */
export interface Hello {
  type: "hello";
  /** Whom the telephone calls if nobody chooses otherwise. */
  number: string;
  /** Whether anybody is told of calls (`--events-url`). */
  events: boolean;
  ringSeconds: number;
  /** How many times faster than outside time passes. */
  timeScale: number;
}

/** How the call is now. */
export interface CallReport {
  type: "call";
  id: string;
  state: string;
  from: string;
  to: string;
  /** Whether the other side is connected and its media socket open, so that sound flows. */
  sounds: boolean;
}

export type Message =
  | Hello
  | CallReport
  | { type: "happening"; at: number; what: string }
  | { type: "rings"; from: string }
  | { type: "rang_out" }
  | { type: "ended"; because: string }
  | { type: "refused"; code: string; message: string };

type Fields = Readonly<Record<string, unknown>>;

/** Undefined for what is no message, or none that is known. */
export function read(text: string): Message | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const message = fields(value);
  switch (message.type) {
    case "hello":
      return {
        type: "hello",
        number: string(message.number),
        events: message.events === true,
        ringSeconds: number(message.ring_seconds),
        timeScale: number(message.time_scale),
      };
    case "call":
      return report(fields(message.call));
    case "happening":
      return { type: "happening", at: number(message.at), what: string(message.what) };
    case "rings":
      return { type: "rings", from: string(message.from) };
    case "rang_out":
      return { type: "rang_out" };
    case "ended":
      return { type: "ended", because: string(message.because) };
    case "refused":
      return { type: "refused", code: string(message.code), message: string(message.message) };
    default:
      return undefined;
  }
}

function report(call: Fields): CallReport {
  return {
    type: "call",
    id: string(call.id),
    state: string(call.state),
    from: string(call.from),
    to: string(call.to),
    sounds: list(call.legs).some(({ state, media }) => state === "connected" && media === "active"),
  };
}

function fields(value: unknown): Fields {
  return typeof value === "object" && value !== null ? Object.fromEntries(Object.entries(value)) : {};
}

function list(value: unknown): Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

function string(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function number(value: unknown): number {
  return typeof value === "number" ? value : 0;
}
