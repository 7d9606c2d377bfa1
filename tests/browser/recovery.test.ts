// What a person sees when the server goes away and comes back.
import { test } from "node:test";
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
