import { expect, test } from "vitest";
import { socketTo } from "./socket.ts";

test("the socket is at /ws of the page's server, or of the one that is named, with the token in its address", () => {
  const here = socketTo();
  expect(here.url).toBe(`${location.origin.replace("http", "ws")}/ws`);
  const there = socketTo({ address: "https://127.0.0.1:9", token: "a b&c" });
  expect(there.url).toBe("wss://127.0.0.1:9/ws?token=a+b%26c");
  here.close();
  there.close();
});
