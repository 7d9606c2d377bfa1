// Answers in the server's place, for pieces of a page that ask it. The pages as a whole are tested against a real server
// (tests/browser).
import { vi } from "vitest";

export type Answer = unknown;

/** A status other than 200, with the error of API.md. */
export class Refusal {
  readonly status: number;
  readonly code: string;
  readonly message: string;

  constructor(status: number, code = "refused", message = "no") {
    this.status = status;
    this.code = code;
    this.message = message;
  }
}

/** The server does not answer at all. */
export const UNREACHABLE = Symbol("unreachable");

/**
 * Answers each path, without its query, by what stands for it, or by what is found for it; a function is asked anew each
 * time. What is not there is refused with 404. Gives back the list of what was asked, which grows.
 */
export function answer(answers: Record<string, Answer> | ((path: string) => Answer)): Request[] {
  const asked: Request[] = [];
  vi.spyOn(globalThis, "fetch").mockImplementation(async (input, init) => {
    const request = new Request(input, init);
    const path = new URL(request.url).pathname;
    asked.push(request);
    const given =
      (typeof answers === "function" ? answers(path) : answers[path]) ??
      new Refusal(404, "not_found", "there is nothing here");
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
