// What a person sees when the network or the server goes away and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Relay } from "./relay.ts";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

test("a killed server is missed, and after its restart the conversation goes on by itself", async () => {
  let server = await Server.start();
  const ben = await Visitor.arrive(server.address);
  try {
    await ben.join({ name: "Ben", room: "crash", speaks: "en", hears: "en" });
    await ben.type("Before the crash");
    await ben.captions("source", "final", /Before the crash/u).waitFor({ timeout: PATIENCE_MS });

    await server.kill();
    await ben.page.locator("#connection").getByText("Connection lost, trying again").waitFor();
    await ben.type("Into the void");
    await ben.page.getByRole("alert").getByText("Not sent: there is no connection").waitFor();

    server = await Server.start(server.port);
    await ben.page.getByRole("button", { name: "Try now" }).click();
    await ben.connected();
    await ben.page.locator("#news").getByText("you were given a new one").waitFor();
    await ben.page.getByRole("button", { name: "Send" }).click();
    await ben.captions("source", "final", /Into the void/u).waitFor({ timeout: PATIENCE_MS });
    await ben.captions("source", "final", /Before the crash/u).waitFor();
  } finally {
    await ben.leave();
    await server.stop();
  }
});

test("what was said while the network was torn is there after it, once and in order", async () => {
  const server = await Server.start();
  const relay = await Relay.to(server.port);
  const [ana, ben] = await Promise.all([Visitor.arrive(relay.address), Visitor.arrive(server.address)]);
  try {
    await ana.join({ name: "Ana", room: "torn", speaks: "es", hears: "es" });
    await ben.join({ name: "Ben", room: "torn", speaks: "en", hears: "en" });
    await ben.type("The first sentence");
    await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });

    relay.tear();
    await ana.page.locator("#connection").getByText("Connection lost, trying again").waitFor();
    await ben.type("The second sentence");
    await ben.captions("source", "final", /second/u).waitFor({ timeout: PATIENCE_MS });
    await ben.type("The third sentence");
    await ben.captions("source", "final", /third/u).waitFor({ timeout: PATIENCE_MS });

    relay.mend();
    await ana.page
      .locator("#news")
      .getByText("What was said meanwhile is shown below")
      .waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).nth(2).waitFor({ timeout: PATIENCE_MS });
    const sources = await ana.page.locator(".side.source .words").allInnerTexts();
    assert.deepEqual(sources, ["The first sentence", "The second sentence", "The third sentence"]);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
    await relay.close();
    await server.stop();
  }
});
