// Everything that went over the socket, bounded in number and size: the oldest entries give way. Audio, fifty frames a second, is summed up
// into one entry for each run of frames. Told to listeners at most a few times a second.
import { decodeAudio } from "../../client/protocol.ts";
import { isObject } from "./schema.ts";

/** Entries kept. */
export const MOST_ENTRIES = 2_000;
/** Characters of text kept, of two bytes each: 8 MB. The newest entry is kept however long it is. */
export const MOST_CHARACTERS = 4_000_000;
/** Frames of a stream that come this long after the one before are a new entry. */
const RUN_MS = 1_500;
/** How far back a run is looked for: captions come between the frames. */
const RUN_ENTRIES = 20;
const TELL_MS = 120;

export type Direction = "sent" | "received" | "note";

export interface AudioRun {
  frames: number;
  samples: number;
  /** Of the server's streams; undefined for what is sent, and for frames that cannot be read. */
  stream: number | undefined;
  firstSequence: number | undefined;
  lastSequence: number | undefined;
  /** Frames that the server left out, by their numbers. */
  missing: number;
}

export interface Entry {
  number: number;
  /** Milliseconds since 1970. */
  at: number;
  /** When the last frame of a run came; else as `at`. */
  until: number;
  direction: Direction;
  /** The message's `type`, `audio`, or what happened to the socket. */
  type: string;
  bytes: number;
  /** As it went over the wire; empty for audio. */
  text: string;
  audio: AudioRun | undefined;
  /** Milliseconds since the message that this one answers. */
  answeredIn: number | undefined;
}

export class MessageLog {
  #entries: readonly Entry[] = [];
  #count = 0;
  #characters = 0;
  readonly #asked = new Map<string, number>();
  readonly #listeners = new Set<() => void>();
  #telling = false;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  };

  /** Oldest first. */
  readonly entries = (): readonly Entry[] => this.#entries;

  note(type: string, text: string): void {
    this.#add({ direction: "note", type, text, bytes: 0, audio: undefined, answeredIn: undefined });
  }

  text(direction: Direction, text: string, now = Date.now()): void {
    const { type, id, ref } = readMessage(text);
    let answeredIn: number | undefined;
    if (direction === "sent" && id !== undefined) {
      if (this.#asked.size > MOST_ENTRIES) this.#asked.clear();
      this.#asked.set(id, now);
    } else if (ref !== undefined) {
      const asked = this.#asked.get(ref);
      answeredIn = asked === undefined ? undefined : now - asked;
    }
    const bytes = new TextEncoder().encode(text).length;
    this.#add({ direction, type, text, bytes, audio: undefined, answeredIn }, now);
  }

  audio(direction: Direction, frame: ArrayBuffer, now = Date.now()): void {
    const run = readFrame(direction, frame);
    const place = this.#entries.findLastIndex(
      (entry, at) =>
        at >= this.#entries.length - RUN_ENTRIES &&
        entry.direction === direction &&
        entry.audio !== undefined &&
        entry.audio.stream === run.stream,
    );
    const before = this.#entries[place];
    if (before?.audio === undefined || now - before.until > RUN_MS) {
      this.#add(
        { direction, type: "audio", text: "", bytes: frame.byteLength, audio: run, answeredIn: undefined },
        now,
      );
      return;
    }
    const { audio } = before;
    const skipped =
      run.firstSequence === undefined || audio.lastSequence === undefined
        ? 0
        : run.firstSequence - audio.lastSequence - 1;
    const joined: Entry = {
      ...before,
      until: now,
      bytes: before.bytes + frame.byteLength,
      audio: {
        ...audio,
        frames: audio.frames + 1,
        samples: audio.samples + run.samples,
        lastSequence: run.lastSequence,
        missing: audio.missing + Math.max(0, skipped),
      },
    };
    this.#entries = this.#entries.with(place, joined);
    this.#tell();
  }

  clear(): void {
    this.#entries = [];
    this.#characters = 0;
    this.#tell();
  }

  #add(entry: Omit<Entry, "number" | "at" | "until">, at = Date.now()): void {
    this.#count += 1;
    this.#characters += entry.text.length;
    let gone = Math.max(0, this.#entries.length + 1 - MOST_ENTRIES);
    for (const { text } of this.#entries.slice(0, gone)) this.#characters -= text.length;
    for (; this.#characters > MOST_CHARACTERS && gone < this.#entries.length; gone += 1) {
      this.#characters -= this.#entries[gone]?.text.length ?? 0;
    }
    this.#entries = [...this.#entries.slice(gone), { ...entry, number: this.#count, at, until: at }];
    this.#tell();
  }

  #tell(): void {
    if (this.#telling) return;
    this.#telling = true;
    setTimeout(() => {
      this.#telling = false;
      for (const listener of this.#listeners) listener();
    }, TELL_MS);
  }
}

/** Fields by which somebody else could take part in a person's stead. */
const SECRET = "token";
const SECRET_IN_TEXT = /("\w*token"\s*:\s*")[^"]*/gu;

/** One entry a line, as JSON, without the tokens: such a file is handed on. */
export function asJsonLines(entries: readonly Entry[]): string {
  return entries
    .map(({ at, text, ...entry }) => {
      const message = parse(text);
      return JSON.stringify(
        { at: new Date(at).toISOString(), ...entry, message: message ?? text.replace(SECRET_IN_TEXT, "$1…") },
        withoutTokens,
      );
    })
    .join("\n");
}

function withoutTokens(name: string, value: unknown): unknown {
  return name.endsWith(SECRET) && typeof value === "string" ? "…" : value;
}

/** `text` as JSON with indents, or as it is. */
export function pretty(text: string): string {
  const value = parse(text);
  return value === undefined ? text : JSON.stringify(value, null, 2);
}

export function matches(entry: Entry, wanted: string): boolean {
  const sought = wanted.trim().toLocaleLowerCase();
  return sought === "" || entry.type.includes(sought) || entry.text.toLocaleLowerCase().includes(sought);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function readMessage(text: string): { type: string; id: string | undefined; ref: string | undefined } {
  const value = parse(text);
  if (!isObject(value)) return { type: "?", id: undefined, ref: undefined };
  const { type, event, id, ref } = value;
  return { type: nameOf(type) ?? nameOf(event) ?? "?", id: nameOf(id), ref: nameOf(ref) };
}

function nameOf(value: unknown): string | undefined {
  if (typeof value === "number") return String(value);
  return typeof value === "string" ? value : undefined;
}

function readFrame(direction: Direction, frame: ArrayBuffer): AudioRun {
  const read = direction === "received" ? decodeAudio(frame) : undefined;
  const plain = { stream: undefined, firstSequence: undefined, lastSequence: undefined };
  if (read === undefined) return { ...plain, frames: 1, samples: frame.byteLength >> 1, missing: 0 };
  const { streamId, sequence, samples } = read;
  return {
    frames: 1,
    samples: samples.length,
    stream: streamId,
    firstSequence: sequence,
    lastSequence: sequence,
    missing: 0,
  };
}
