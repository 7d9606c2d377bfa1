// What a room may be called (API.md: ids match `[A-Za-z0-9._-]{1,128}`), and what is wrong with a name that it may not.
export const LONGEST_ROOM_ID = 128;

export type RoomIdProblem =
  { kind: "missing" } | { kind: "long"; length: number } | { kind: "characters"; characters: string[] };

const NOT_ALLOWED = /[^A-Za-z0-9._-]/gu;

export function roomIdProblem(id: string): RoomIdProblem | undefined {
  if (id === "") return { kind: "missing" };
  const characters = [...new Set(id.match(NOT_ALLOWED) ?? [])];
  if (characters.length > 0) return { kind: "characters", characters };
  return id.length > LONGEST_ROOM_ID ? { kind: "long", length: id.length } : undefined;
}
