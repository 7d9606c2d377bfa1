// The words of the WebSocket protocol (API.md §1) as types, and their decoding. No I/O.

/** What one person speaks and hears, and how audio is exchanged. Languages are BCP 47. */
export interface SessionConfig {
  room_id?: string;
  name?: string;
  speaks?: string;
  hears?: string[];
  /** Translated audio is wanted, in `hears[0]`. */
  speech?: boolean;
  partials?: boolean;
  audio?: { encoding: "pcm_s16le"; sample_rate: 16000 | 24000 | 48000 };
}

export interface Participant {
  session_id: string;
  name: string;
  kind: "person" | "bot" | "phone";
  /** A language, or `auto`. */
  speaks: string;
  hears: string[];
}

export interface Speaker {
  session_id: string;
  name: string;
}

/** What `transcription` and `translation` have in common: one revision of one utterance. */
export interface Caption {
  seq?: number;
  room_id: string;
  utterance_id: string;
  revision: number;
  speaker: Speaker;
  language: string;
  text: string;
  final: boolean;
  started_at?: string;
  /** 0 to 1, where the engine knows. */
  confidence?: number;
  /** False: said, but not stored. */
  durable?: boolean;
}

export interface Warning {
  code: string;
  message: string;
  language?: string;
}

/** What every answer about a session holds. */
export interface SessionAnswer {
  session_id: string;
  room_id: string;
  /** Opens this session again; a secret. */
  resume_token: string;
  /** The newest number of the room's log. */
  seq: number;
  participants: Participant[];
  warnings?: Warning[];
  ref?: string;
}

export type ServerMessage =
  | { type: "connected"; connection_id: string; protocol: number }
  | { type: "pong" }
  | ({ type: "session_created" } & SessionAnswer)
  | ({ type: "session_recovered"; missed: number; gap: boolean } & SessionAnswer)
  | { type: "session_configured"; config: SessionConfig; warnings?: Warning[]; ref?: string }
  | { type: "session_left"; ref?: string }
  | { type: "session_expiring" | "session_closed"; reason?: string }
  | {
      type: "participant_joined" | "participant_updated" | "participant_left";
      seq: number;
      room_id: string;
      participant: Participant;
    }
  | { type: "speech_started" | "speech_stopped"; room_id: string; speaker: Speaker }
  | ({ type: "transcription" } & Caption)
  | ({ type: "translation"; source_language?: string; source_text?: string } & Caption)
  | {
      type: "audio_start";
      stream_id: number;
      utterance_id: string;
      speaker: Speaker;
      language: string;
      sample_rate: number;
    }
  | { type: "audio_stop"; stream_id: number; reason: "complete" | "cancelled" | "dropped" }
  | { type: "system_announcement"; message: string }
  | { type: "error"; code: string; message: string; ref?: string };

export type ClientMessage = { id?: string } & (
  | { type: "ping" }
  | { type: "create_session"; config: SessionConfig }
  | { type: "recover_session"; session_id: string; resume_token: string; last_seq: number }
  | { type: "leave_session" }
  | { type: "configure"; config: SessionConfig }
  | { type: "text"; text: string }
  | { type: "audio_end" }
);

/** One piece of translated audio, 20 ms of PCM signed 16-bit little-endian mono at its stream's rate. */
export interface AudioFrame {
  streamId: number;
  /** From 0 in each stream; a gap means that the server dropped frames. */
  sequence: number;
  samples: Int16Array;
}

const AUDIO_KIND = 1;
const AUDIO_HEADER_BYTES = 12;

const KNOWN_TYPES: ReadonlySet<string> = new Set<ServerMessage["type"]>([
  "connected",
  "pong",
  "session_created",
  "session_recovered",
  "session_configured",
  "session_left",
  "session_expiring",
  "session_closed",
  "participant_joined",
  "participant_updated",
  "participant_left",
  "speech_started",
  "speech_stopped",
  "transcription",
  "translation",
  "audio_start",
  "audio_stop",
  "system_announcement",
  "error",
]);

/** A message of the server, or undefined for what this client does not know: the contract grows by addition. */
export function decodeMessage(text: string): ServerMessage | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== "object" || value === null || !("type" in value)) return undefined;
  return typeof value.type === "string" && KNOWN_TYPES.has(value.type) ? (value as ServerMessage) : undefined;
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
