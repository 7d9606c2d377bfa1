// What the error of a question to the server means.
import type { FetchBaseQueryError } from "@reduxjs/toolkit/query/react";

/** Whether an answer says that nobody is there: no answer at all, or a proxy's in the server's stead. */
export function isGone(error: unknown): boolean {
  const status = statusOf(error);
  return typeof status === "string" || status === 502 || status === 504;
}

/** Whether the key of this tab does not allow the question. */
export function isForbidden(error: unknown): boolean {
  return statusOf(error) === 403;
}

/** What the server says about it: the stable word, and its own, English one. Both empty where it says nothing. */
export function refusalOf(error: unknown): { code: string; message: string } {
  const data = fieldOf(error, "data" satisfies keyof FetchBaseQueryError);
  const refusal = fieldOf(data, "error");
  return { code: textOf(fieldOf(refusal, "code")), message: textOf(fieldOf(refusal, "message")) };
}

function statusOf(error: unknown): unknown {
  return fieldOf(error, "status");
}

function fieldOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
