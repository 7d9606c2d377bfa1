// Events of the topics `metrics` and `room/{id}`, read field by field: what is not as agreed upon is left alone, because
// the contract grows by addition.
import type { AlertView, ParticipantView, Sample, Severity } from "../../api/types.ts";

export type LiveEvent =
  | { kind: "sample"; sample: Sample }
  | { kind: "alert"; raised: boolean; alert: AlertView }
  | { kind: "caption"; caption: CaptionEvent }
  | { kind: "participant"; change: "joined" | "updated" | "left"; participant: ParticipantView }
  | { kind: "room_over" }
  /** Something that only the room's own description tells in full. */
  | { kind: "changed" };

/** One revision of what was said, or of one translation of it. */
export interface CaptionEvent {
  translation: boolean;
  utteranceId: string;
  revision: number;
  speaker: { session_id: string; name: string };
  language: string;
  text: string;
  final: boolean;
}

type Fields = Record<string, unknown>;

export function readEvent(event: Fields): LiveEvent | undefined {
  switch (event.kind) {
    case "sample": {
      const sample = readSample(event.sample);
      return sample === undefined ? undefined : { kind: "sample", sample };
    }
    case "alert":
      return readAlert(event);
    case "transcription":
    case "translation":
      return readCaption(event, event.kind === "translation");
    case "participant_joined":
      return readParticipant(event, "joined");
    case "participant_updated":
      return readParticipant(event, "updated");
    case "participant_left":
      return readParticipant(event, "left");
    case "room_ended":
      return { kind: "room_over" };
    case "room_started":
    case "source_started":
    case "actor_ended":
      return { kind: "changed" };
    default:
      return undefined;
  }
}

function readSample(value: unknown): Sample | undefined {
  if (!isFields(value) || typeof value.at !== "string") return undefined;
  const of = (name: keyof Sample) => numberOf(value[name]);
  return {
    at: value.at,
    connections: of("connections"),
    rooms: of("rooms"),
    sessions: of("sessions"),
    speaking: of("speaking"),
    messages_in_per_second: of("messages_in_per_second"),
    messages_out_per_second: of("messages_out_per_second"),
    audio_in_per_second: of("audio_in_per_second"),
    audio_out_per_second: of("audio_out_per_second"),
    captions_per_second: of("captions_per_second"),
    finals_per_second: of("finals_per_second"),
    refused_per_second: of("refused_per_second"),
    speech_lag_ms: of("speech_lag_ms"),
    translation_lag_ms: of("translation_lag_ms"),
    cost_usd: of("cost_usd"),
    cpu_percent: of("cpu_percent"),
    memory_bytes: of("memory_bytes"),
    restarts: of("restarts"),
    failures: of("failures"),
  };
}

function readAlert(event: Fields): LiveEvent | undefined {
  const code = textOf(event.code);
  const id = textOf(event.id) || code;
  if (id === "" || typeof event.raised !== "boolean") return undefined;
  return {
    kind: "alert",
    raised: event.raised,
    alert: {
      id,
      code,
      severity: isSeverity(event.severity) ? event.severity : "warning",
      message: textOf(event.message),
      remedy: textOf(event.remedy),
      since: textOf(event.since),
    },
  };
}

function readCaption(event: Fields, translation: boolean): LiveEvent | undefined {
  const { speaker } = event;
  if (!isFields(speaker) || typeof event.utterance_id !== "string" || typeof event.text !== "string") return undefined;
  return {
    kind: "caption",
    caption: {
      translation,
      utteranceId: event.utterance_id,
      revision: numberOf(event.revision),
      speaker: { session_id: textOf(speaker.session_id), name: textOf(speaker.name) },
      language: textOf(event.language),
      text: event.text,
      final: event.final === true,
    },
  };
}

function readParticipant(event: Fields, change: "joined" | "updated" | "left"): LiveEvent {
  const { participant } = event;
  if (!isFields(participant) || typeof participant.session_id !== "string") return { kind: "changed" };
  const kind = participant.kind === "bot" || participant.kind === "phone" ? participant.kind : "person";
  const hears: unknown[] = Array.isArray(participant.hears) ? participant.hears : [];
  return {
    kind: "participant",
    change,
    participant: {
      session_id: participant.session_id,
      name: textOf(participant.name),
      kind,
      speaks: textOf(participant.speaks),
      hears: hears.filter((language) => typeof language === "string"),
    },
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null;
}

function isSeverity(value: unknown): value is Severity {
  return value === "info" || value === "warning" || value === "critical";
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}
