// Answers in the server's place, for pieces of a page that ask it. The pages as a whole are tested against a real server
// (tests/browser).
import { vi } from "vitest";

/** What was asked, with the key that was shown. */
export interface Asked {
  path: string;
  method: string;
  key: string | null;
}

export type Answer = unknown;

/** A status other than 200, with the error of API.md. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;

  constructor(status: number, code: string, message: string) {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

/** The server does not answer at all. */
export const UNREACHABLE = Symbol("unreachable");

/**
 * Answers each path, without its query, by what stands for it; a function is asked anew each time. What is not there is
 * refused with 404. Gives back the list of what was asked, which grows.
 */
export function answer(answers: Record<string, Answer>): Asked[] {
  const asked: Asked[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname;
    asked.push({ path, method: request.method, key: request.headers.get("authorization") });
    const given = answers[path] ?? new Refusal(404, "not_found", "there is nothing here");
    const found: unknown =
      typeof given === "function" ? await (given as (request: Request) => unknown)(request) : given;
    if (found === UNREACHABLE) throw new TypeError("Failed to fetch");
    if (found instanceof Response) return found;
    if (found instanceof Refusal) {
      return Response.json({ error: { code: found.code, message: found.message } }, { status: found.status });
    }
    return Response.json(found);
  });
  return asked;
}
