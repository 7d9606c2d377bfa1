import { expect, test, vi } from "vitest";
import { enterKey, keyRefused, signOut } from "./access.ts";
import { makeStore } from "./store.ts";

const KEY = "interpres.key";
const STAY = "interpres.stay";

test("signing out takes along what the tab keeps of the person, whichever page is open", () => {
  const store = makeStore();
  store.dispatch(enterKey("hers"));
  sessionStorage.setItem(STAY, "{}");
  store.dispatch(signOut());
  expect([sessionStorage.getItem(KEY), sessionStorage.getItem(STAY)]).toEqual([null, null]);
});

test("a key that has expired takes the stay not along: the same person goes on with another one", () => {
  const store = makeStore();
  store.dispatch(enterKey("hers"));
  sessionStorage.setItem(STAY, "{}");
  store.dispatch(keyRefused("expired"));
  expect([sessionStorage.getItem(KEY), sessionStorage.getItem(STAY)]).toEqual([null, "{}"]);
});

test("where the browser blocks storage, a key is taken all the same", () => {
  vi.spyOn(globalThis, "sessionStorage", "get").mockImplementation(() => {
    throw new DOMException("no", "SecurityError");
  });
  const store = makeStore();
  expect(store.getState().access.key).toBe("");
  store.dispatch(enterKey("mine"));
  expect(store.getState().access.key).toBe("mine");
  store.dispatch(signOut());
  expect(store.getState().access).toEqual({ key: "", missing: "required" });
});
