// What has been said, as revisions arrive: each utterance firms up in its place, and what is old news changes nothing. Pure.
import type { Caption, Speaker } from "../../client/index.ts";

/** A caption of the room. */
export type CaptionMessage = Caption & { speaker: Speaker };

/** Whether somebody in the room said it: a text that one has had translated outside any session has no speaker. */
export function isOfRoom(caption: Caption): caption is CaptionMessage {
  return caption.speaker !== undefined;
}

/** Milliseconds after which nobody expects a translation any more. */
export const TRANSLATION_PATIENCE_MS = 20_000;

/** One side of an utterance: what was said, or its translation. */
export interface Side {
  /** BCP 47. */
  language: string;
  text: string;
  final: boolean;
  revision: number;
  /** 0 to 1, where the engine knows. */
  confidence?: number;
}

export interface Utterance {
  /** Speaker and utterance: two speakers may use the same name for an utterance. */
  id: string;
  speaker: { id: string; name: string };
  /** Milliseconds since 1970. */
  startedAt: number;
  /** When this page learnt of its final words, or of the utterance while there are none; milliseconds since 1970. */
  heardAt: number;
  source?: Side;
  translation?: Side;
  /** False: said, but not stored by the server. */
  durable: boolean;
  /** It will not firm up any more: the session in which it was said has gone. */
  interrupted: boolean;
}

export function utteranceId(message: CaptionMessage): string {
  return `${message.speaker.session_id}/${message.utterance_id}`;
}

/** What this message makes of `known`; undefined when it is old news. `now` in milliseconds since 1970. */
export function revised(known: Utterance | undefined, message: CaptionMessage, now: number): Utterance | undefined {
  const place = message.type === "transcription" ? "source" : "translation";
  if (isOldNews(known?.[place], message)) return undefined;
  const utterance = known ?? begun(message, now);
  return {
    ...utterance,
    [place]: {
      language: message.language,
      text: message.text,
      final: message.final,
      revision: message.revision,
      ...(message.confidence === undefined ? {} : { confidence: message.confidence }),
    },
    heardAt: place === "source" ? now : utterance.heardAt,
    durable: utterance.durable && message.durable !== false,
    interrupted: false,
  };
}

/** Revisions of one text only go forward, and nothing follows a final; a new target language starts over. */
function isOldNews(side: Side | undefined, message: CaptionMessage): boolean {
  if (side?.language !== message.language) return false;
  return side.final || (message.revision < side.revision && !message.final);
}

function begun(message: CaptionMessage, now: number): Utterance {
  const started = Date.parse(message.started_at);
  return {
    id: utteranceId(message),
    speaker: { id: message.speaker.session_id, name: message.speaker.name },
    startedAt: Number.isNaN(started) ? now : started,
    heardAt: now,
    durable: true,
    interrupted: false,
  };
}
