// What a person sees when the network or the server goes away and comes back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Relay } from "./relay.ts";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

const lost = (visitor: Visitor) => visitor.page.locator("[data-connection=waiting]").waitFor({ timeout: PATIENCE_MS });

test("a killed server is missed, and after its restart nothing is lost or doubled on the screen", async () => {
  const server = await Server.start();
  const [ana, ben] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  try {
    await ana.join({ name: "Ana", room: "crash", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "crash", speaks: "English", hears: "English" });
    await ben.type("Before the crash");
    await ben.captions("source", "final", /Before the crash/u).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });

    await server.kill();
    await Promise.all([lost(ana), lost(ben)]);
    await ben.type("Into the void");
    await ben.page.getByText("Not sent: there is no connection").waitFor();

    await server.revive();
    for (const one of [ana, ben]) {
      // It may have come back by itself already.
      await one.page
        .getByRole("button", { name: "Try now" })
        .click({ timeout: 1_000 })
        .catch(() => undefined);
      await one.connected();
    }
    await ben.page.getByRole("textbox", { name: "Write what you want to say" }).press("Enter");
    await ana.captions("translation", "final", /\p{L}/u).nth(1).waitFor({ timeout: PATIENCE_MS });
    for (const one of [ana, ben]) {
      assert.deepEqual(await one.texts("source"), ["Before the crash", "Into the void"]);
    }
    assert.equal(await ana.people().count(), 2);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
    await server.stop();
  }
});

test("what was said while the network was torn is there after it, once and in order", async () => {
  const server = await Server.start();
  const relay = await Relay.to(server.port);
  const [ana, ben] = await Promise.all([Visitor.arrive(relay.address), Visitor.arrive(server.address)]);
  try {
    await ana.join({ name: "Ana", room: "torn", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "torn", speaks: "English", hears: "English" });
    await ben.type("The first sentence");
    await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });

    relay.tear();
    await lost(ana);
    await ben.type("The second sentence");
    await ben.captions("source", "final", /second/u).waitFor({ timeout: PATIENCE_MS });
    await ben.type("The third sentence");
    await ben.captions("source", "final", /third/u).waitFor({ timeout: PATIENCE_MS });

    relay.mend();
    await ana.page.getByText("messages were missed and are shown now").waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).nth(2).waitFor({ timeout: PATIENCE_MS });
    assert.deepEqual(await ana.texts("source"), ["The first sentence", "The second sentence", "The third sentence"]);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
    await relay.close();
    await server.stop();
  }
});

test("over a slow line captions and voice still come, and nothing is given up", async () => {
  const server = await Server.start();
  const [ana, ben] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  try {
    const tools = await ana.page.context().newCDPSession(ana.page);
    await ana.join({ name: "Ana", room: "slow", speaks: "Spanish", hears: "Spanish" });
    // 300 kbit/s and half a second each way: less than that does not carry the 256 kbit/s of the voice.
    await tools.send("Network.emulateNetworkConditions", {
      offline: false,
      latency: 500,
      downloadThroughput: 37_500,
      uploadThroughput: 37_500,
    });
    await ben.join({ name: "Ben", room: "slow", speaks: "English", hears: "English" });
    for (const text of ["Good morning", "Good afternoon", "Good night"]) await ben.type(text);
    await ana.captions("translation", "final", /\p{L}/u).nth(2).waitFor({ timeout: PATIENCE_MS });
    await ana.hearing(10);
    await ana.type("Buenos días");
    await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });
    assert.equal(await ana.page.locator("[data-connection=online]").count(), 1);
    assert.deepEqual(ana.complaints, []);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
    await server.stop();
  }
});

test("a reloaded page and a second window are in the same session, with everything that was said", async () => {
  const server = await Server.start();
  const [ana, ben] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  try {
    await ana.join({ name: "Ana", room: "twice", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "twice", speaks: "English", hears: "English" });
    await ben.type("The first sentence");
    await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });

    await ana.page.reload();
    await ana.connected();
    await ana.captions("source", "final", /first/u).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });

    const opened = ana.page.context().waitForEvent("page");
    await ana.page
      .getByRole("link", { name: /Open here in a second window/u })
      .or(ana.page.getByRole("button", { name: /Open here in a second window/u }))
      .click();
    const second = await opened;
    await ana.connected(second);
    await ana.captions("source", "final", /first/u, second).waitFor({ timeout: PATIENCE_MS });

    await ana.type("Buenos días", second);
    await ana.captions("source", "final", /Buenos días/u).waitFor({ timeout: PATIENCE_MS });
    await ben.type("The second sentence");
    for (const page of [ana.page, second]) {
      await ana.captions("translation", "final", /\p{L}/u, page).nth(1).waitFor({ timeout: PATIENCE_MS });
      assert.deepEqual(await ana.texts("source", page), ["The first sentence", "Buenos días", "The second sentence"]);
    }
    assert.equal(await ben.people().count(), 2, "one session is one person");
    assert.deepEqual([...ana.complaints, ...ben.complaints], []);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
    await server.stop();
  }
});
