import { expect, test } from "vitest";
import { at, call, OVER, RINGING, TALKING, WAITING } from "./calls.fixtures.ts";
import { companyOf, peopleOf, reasonOf, somebody, sortCalls, talkedFor } from "./calls.ts";

test("who has waited longest comes first, then who came last, then what ended last", () => {
  const longer = call("w0", "Walt", { waiting: true, state: "connected", connected_at: at(20) });
  const newer = call("t2", "Tess", { connected_at: at(2) });
  const before = call("o0", "Otto", { state: "ended", reason: "idle", ended_at: at(9) });
  const { waiting, live, over } = sortCalls([WAITING, before, longer, RINGING, TALKING, newer, OVER]);
  expect(waiting).toEqual([longer, WAITING]);
  // What rings waits for nobody yet.
  expect(live).toEqual([newer, TALKING, RINGING]);
  expect(over).toEqual([OVER, before]);
});

test("a call lasted from when it was connected, if it ever was", () => {
  expect(talkedFor(OVER)).toBe(4 * 60_000);
  expect(talkedFor({ ...OVER, connected_at: null })).toBeUndefined();
});

test.each([
  ["4:+14255550123", "phone", "+14255550123"],
  ["8:orgid:11112222", "teams", "2222"],
  ["28:orgid:99990000", "teams", "0000"],
  ["8:acs:1bdaa2b9_0000abcd", "app", "abcd"],
  ["99417", "other", "99417"],
])("%s is somebody", (rawId, kind, text) => {
  expect(somebody(rawId)).toEqual({ kind, text });
});

test("our own end of a call that came in is nobody on it", () => {
  expect(peopleOf(WAITING)).toEqual(["4:+14255550123"]);
  expect(peopleOf({ ...WAITING, direction: "joined" })).toHaveLength(2);
});

const PHONE = "4:+14255550123";
const OURS = "8:acs:1bdaa2b9_0000b07b";
const USER = "8:acs:1bdaa2b9_0000cafe";

test.each([
  [
    "a phone calls a number",
    { direction: "inbound", from: PHONE, to: "4:+18005550100", participants: [PHONE, OURS] },
    [PHONE],
  ],
  [
    "a user calls a number",
    { direction: "inbound", from: USER, to: "4:+18005550100", participants: [OURS, USER] },
    [USER],
  ],
  ["we call a phone", { direction: "outbound", from: null, to: PHONE, participants: [OURS, PHONE] }, [PHONE]],
  ["we call a user", { direction: "outbound", from: null, to: USER, participants: [USER, OURS] }, [USER]],
  // Nobody can tell which of the two is ours.
  [
    "we call a phone, and a user comes",
    { direction: "outbound", from: null, to: PHONE, participants: [PHONE, USER, OURS] },
    [PHONE, USER, OURS],
  ],
] as const)("our own end is a user of the service where no number of ours is listed: %s", (_, change, people) => {
  expect(peopleOf({ ...WAITING, ...change, participants: [...change.participants] })).toEqual(people);
});

test("those who came with the call are no company", () => {
  expect(companyOf(TALKING).map(({ name }) => name)).toEqual(["Ana Ruiz"]);
  expect(companyOf(WAITING)).toEqual([]);
  expect(companyOf(RINGING)).toEqual([]);
});

test.each([
  ["remote_hung_up", "remote_hung_up"],
  ["killed", "fault"],
  ["acs_timed_out", "service"],
  ["something_new", "other"],
])("the reason %s has words", (reason, words) => {
  expect(reasonOf(reason)).toBe(words);
});
