// The words of the WebSocket protocol as types, those of the server's own `/asyncapi.json`, and their decoding. No I/O.
import type { components } from "./contract/asyncapi.ts";

type Schemas = components["schemas"];

/** What comes from the server. */
export type ServerMessage = Schemas["ServerMessage"];

type Unnamed<Message> = Message extends unknown ? Omit<Message, "id"> : never;

/**
 * What goes to the server, without the `id` that the link gives it. Without `test_message` too: any field may be in it, so
 * that the compiler would take anything for one.
 */
export type ClientMessage = Unnamed<Exclude<Schemas["ClientMessage"], Schemas["TestMessage"]>>;

/** The `id` of a message, by which its answer is known. */
export type Reference = Schemas["Reference"];

/** What one person speaks and hears, and how audio is exchanged, as it is asked for: what is left out stays as it is. */
export type ConfigPatch = Schemas["ConfigPatch"];

/** The same as the server has it: all of it. */
export type SessionConfig = Schemas["SessionConfig"];

export type Participant = Schemas["Participant"];

export type Speaker = Schemas["Speaker"];

/** One revision of what was said, or of one translation of it. */
export type Caption = Schemas["Transcription"] | Schemas["Translation"];

/** What will not work as asked. */
export type Warning = Schemas["ConfigWarning"];

/** What an engine was used for in a room, all told: audio, tokens, cost, what is left of the budget, and how far it is behind. */
export type Usage = Schemas["Usage"];

/** What happened under a topic. */
export type TopicEvent = Schemas["Event"]["event"];

/** One piece of translated audio, 20 ms of PCM signed 16-bit little-endian mono at its stream's rate. */
export interface AudioFrame {
  streamId: number;
  /** From 0 in each stream; a gap means that the server dropped frames. */
  sequence: number;
  samples: Int16Array;
}

const AUDIO_KIND = 1;
const AUDIO_HEADER_BYTES = 12;

/** Every type that the contract has: the compiler wants a new one named here. */
const KNOWN_TYPES = {
  connected: true,
  pong: true,
  heartbeat_received: true,
  session_created: true,
  session_joined: true,
  session_recovered: true,
  session_left: true,
  session_configured: true,
  room_joined: true,
  room_left: true,
  transcription_received: true,
  speaker_received: true,
  translation_received: true,
  subscribed: true,
  unsubscribed: true,
  service_response: true,
  participant_joined: true,
  participant_updated: true,
  participant_left: true,
  speech_started: true,
  speech_stopped: true,
  transcription: true,
  translation: true,
  audio_start: true,
  audio_stop: true,
  usage: true,
  event: true,
  system_announcement: true,
  session_expiring: true,
  session_closed: true,
  error: true,
  test_message: true,
} satisfies Record<ServerMessage["type"], true>;

/** A message of the server, or undefined for what this client does not know: the contract grows by addition. */
export function decodeMessage(text: string): ServerMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" && Object.hasOwn(KNOWN_TYPES, value.type)
    ? (value as ServerMessage)
    : undefined;
}

/** A binary frame of the server, or undefined when it is of a kind that this client does not know or is cut short. */
export function decodeAudio(buffer: ArrayBuffer): AudioFrame | undefined {
  if (buffer.byteLength < AUDIO_HEADER_BYTES) return undefined;
  const view = new DataView(buffer);
  const headerBytes = view.getUint16(2, true);
  if (view.getUint8(0) !== AUDIO_KIND || headerBytes < AUDIO_HEADER_BYTES || headerBytes > buffer.byteLength) {
    return undefined;
  }
  // Read through the view: the header may grow to a length that an Int16Array could not start at, and a
  // big-endian machine would read the words the wrong way round.
  const samples = new Int16Array((buffer.byteLength - headerBytes) >> 1);
  for (let index = 0; index < samples.length; index += 1) {
    samples[index] = view.getInt16(headerBytes + 2 * index, true);
  }
  return { streamId: view.getUint32(4, true), sequence: view.getUint32(8, true), samples };
}

/** Samples as the bytes of a binary frame to the server: PCM signed 16-bit little-endian, no header. */
export function encodePcm(samples: Int16Array): ArrayBuffer {
  const buffer = new ArrayBuffer(2 * samples.length);
  const view = new DataView(buffer);
  samples.forEach((sample, index) => {
    view.setInt16(2 * index, sample, true);
  });
  return buffer;
}
