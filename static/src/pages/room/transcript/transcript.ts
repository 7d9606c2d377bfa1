// Fetching a room's transcript with the access key.

export const FORMATS = ["vtt", "srt", "txt", "json"] as const;

export type Format = (typeof FORMATS)[number];

export interface TranscriptOrder {
  roomId: string;
  format: Format;
  /** BCP 47; empty: as it was said. */
  language: string;
  /** Empty where the server asks for none. */
  key: string;
}

/** Why there is no transcript. */
export class TranscriptError extends Error {
  readonly problem: "forbidden" | "missing" | "unreachable" | "failed";

  constructor(problem: TranscriptError["problem"], message = "", cause?: unknown) {
    super(message, { cause });
    this.problem = problem;
  }
}

/** @throws {TranscriptError} */
export async function fetchTranscript({ roomId, format, language, key }: TranscriptOrder): Promise<Blob> {
  const which = new URLSearchParams({ format, ...(language === "" ? {} : { lang: language }) });
  let response: Response;
  try {
    response = await fetch(`/api/rooms/${encodeURIComponent(roomId)}/transcript?${which.toString()}`, {
      headers: key === "" ? {} : { authorization: `Bearer ${key}` },
    });
    if (response.ok) return await response.blob();
  } catch (cause) {
    throw new TranscriptError("unreachable", "", cause);
  }
  if (response.status === 401 || response.status === 403) throw new TranscriptError("forbidden");
  if (response.status === 404) throw new TranscriptError("missing");
  throw new TranscriptError("failed", await messageOf(response));
}

/** For example `interpres-lobby-es-2026-11-21.vtt`. */
export function fileName({ roomId, format, language }: TranscriptOrder, day: Date): string {
  const date = [day.getFullYear(), day.getMonth() + 1, day.getDate()].map((part) => String(part).padStart(2, "0"));
  return `${["interpres", roomId, ...(language === "" ? [] : [language]), ...date].join("-")}.${format}`;
}

/** The server's own words, or at least its status. */
async function messageOf(response: Response): Promise<string> {
  try {
    const body: unknown = await response.json();
    if (typeof body === "object" && body !== null && "error" in body) {
      const { error } = body;
      if (typeof error === "object" && error !== null && "message" in error && typeof error.message === "string") {
        return error.message;
      }
    }
  } catch {
    // Not every error has a body of ours: a proxy in between may have answered.
  }
  return `HTTP ${response.status}`;
}
