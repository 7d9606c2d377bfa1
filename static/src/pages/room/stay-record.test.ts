import { expect, test, vi } from "vitest";
import { forgetStay, keepStay, keptStay } from "./stay-record.ts";

const RECORD = { roomId: "lobby", name: "Ada", speaks: "en", hears: "es" };
const SESSION = { sessionId: "s1", roomId: "lobby", resumeToken: "secret", lastSeq: 7 };

test("the tab remembers the stay with its session, until it is forgotten", () => {
  expect(keptStay()).toBeUndefined();
  keepStay({ ...RECORD, session: SESSION });
  expect(keptStay()).toEqual({ ...RECORD, session: SESSION });
  keepStay(RECORD);
  expect(keptStay()).toEqual(RECORD);
  forgetStay();
  expect(keptStay()).toBeUndefined();
});

test.each([
  ["no JSON", "{"],
  ["no object", "7"],
  ["without a name", JSON.stringify({ ...RECORD, name: undefined })],
  ["of a room that cannot be", JSON.stringify({ ...RECORD, roomId: "a b" })],
])("what is kept is left alone when it is %s", (_, kept) => {
  sessionStorage.setItem("interpres.stay", kept);
  expect(keptStay()).toBeUndefined();
});

test("a session that is not whole is left out", () => {
  sessionStorage.setItem("interpres.stay", JSON.stringify({ ...RECORD, session: { sessionId: "s1" } }));
  expect(keptStay()).toEqual(RECORD);
  sessionStorage.setItem("interpres.stay", JSON.stringify({ ...RECORD, session: { ...SESSION, lastSeq: "7" } }));
  expect(keptStay()?.session?.lastSeq).toBe(0);
});

test("a browser that keeps nothing breaks nothing", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  vi.spyOn(Storage.prototype, "setItem").mockImplementation(refuse);
  vi.spyOn(Storage.prototype, "removeItem").mockImplementation(refuse);
  keepStay(RECORD);
  forgetStay();
  vi.restoreAllMocks();
  expect(keptStay()).toBeUndefined();
});
