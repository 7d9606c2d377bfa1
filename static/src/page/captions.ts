// What has been said so far, as revisions arrive: each utterance firms up in its place. Pure.
import { sameLanguage } from "./languages.ts";
import type { Caption, ServerMessage } from "../client/protocol.ts";

/** One side of an utterance: what was said, or its translation. */
export interface Side {
  language: string;
  text: string;
  final: boolean;
  revision: number;
}

export interface Utterance {
  key: string;
  speaker: { id: string; name: string };
  startedAt: Date;
  source?: Side;
  translation?: Side;
}

/** Enough to read back through a long meeting; older ones are in the room's transcript. */
const MOST_UTTERANCES = 300;

type CaptionMessage = ServerMessage & { type: "transcription" | "translation" };

export class Captions {
  readonly #utterances = new Map<string, Utterance>();

  /** The utterance that this message changed, and the one that had to go for it; undefined when it is old news. */
  apply(message: CaptionMessage): { changed: Utterance; removed?: string } | undefined {
    const key = `${message.speaker.session_id}/${message.utterance_id}`;
    const known = this.#utterances.get(key);
    const utterance = known ?? begin(key, message);
    const side = message.type === "transcription" ? "source" : "translation";
    if (isOldNews(utterance[side], message)) return undefined;
    utterance[side] = {
      language: message.language,
      text: message.text,
      final: message.final,
      revision: message.revision,
    };
    if (known !== undefined) return { changed: utterance };
    this.#utterances.set(key, utterance);
    const oldest = this.#utterances.keys().next().value;
    if (this.#utterances.size <= MOST_UTTERANCES || oldest === undefined) return { changed: utterance };
    this.#utterances.delete(oldest);
    return { changed: utterance, removed: oldest };
  }

  clear(): void {
    this.#utterances.clear();
  }
}

function begin(key: string, message: Caption): Utterance {
  const started = new Date(message.started_at ?? Number.NaN);
  return {
    key,
    speaker: { id: message.speaker.session_id, name: message.speaker.name },
    startedAt: Number.isNaN(started.getTime()) ? new Date() : started,
  };
}

/** Revisions of one text only go forward, and nothing follows a final; a new target language starts over. */
function isOldNews(side: Side | undefined, message: Caption): boolean {
  if (side?.language !== message.language) return false;
  return side.final || (message.revision < side.revision && !message.final);
}

/**
 * What a screen reader is told of a message: finals of other people, in the language that the person hears.
 * Partials would interrupt every few words.
 */
export function announcement(message: CaptionMessage, ownId: string | undefined, hears: string): string | undefined {
  if (!message.final || message.speaker.session_id === ownId) return undefined;
  if (message.type === "transcription" && !sameLanguage(message.language, hears)) return undefined;
  return `${message.speaker.name}: ${message.text}`;
}
