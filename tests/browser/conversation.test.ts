// Two people in front of two browsers follow each other, by text and by voice.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server } from "./server.ts";
import { PATIENCE_MS, recordingOf, Visitor } from "./visitor.ts";

/** Real speech: "go forward ten meters", from Debian's pocketsphinx-testdata. */
const GO_FORWARD = "/usr/share/pocketsphinx/test/data/goforward.raw";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(async () => {
  await server.stop();
});

test("what one types in English the other reads in Spanish, and back", async () => {
  const [ben, ana] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  try {
    await ben.join({ name: "Ben", room: "text", speaks: "en", hears: "en" });
    await ana.join({ name: "Ana", room: "text", speaks: "es", hears: "es" });
    await ben.page.locator("#people").getByText("Ana").waitFor();
    await ana.page.locator("#people").getByText("Ben").waitFor();

    await ben.type("Good morning");
    await ana.captions("source", "final", /Good morning/u).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /buenos días/iu).waitFor({ timeout: PATIENCE_MS });
    await ben.captions("source", "final", /Good morning/u).waitFor();

    await ana.type("Buenos días");
    await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });

    // A screen reader is told each final once, in the language that is heard.
    assert.match(await ana.page.locator("#spoken").innerText(), /^Ben: .*buenos días/iu);
    assert.match(await ben.page.locator("#spoken").innerText(), /^Ana: .*good morning/iu);

    const foreign = [...ben.requests, ...ana.requests].filter((url) => new URL(url).port !== String(server.port));
    assert.deepEqual(foreign, [], "the page asks nobody but its server");
    assert.deepEqual([...ben.complaints, ...ana.complaints], []);

    await ana.page.getByRole("button", { name: "Leave the room" }).click();
    await ana.page.getByRole("button", { name: "Join the room" }).waitFor();
    await ben.page.locator("#people").getByText("Ana").waitFor({ state: "detached" });
  } finally {
    await Promise.all([ben.leave(), ana.leave()]);
  }
});

test("speech is followed while it is spoken, and heard in the other language", async () => {
  const recording = await recordingOf(GO_FORWARD);
  const [ben, ana] = await Promise.all([
    Visitor.arrive(server.address, { recording: recording.path }),
    Visitor.arrive(server.address),
  ]);
  try {
    await ana.join({ name: "Ana", room: "voice", speaks: "es", hears: "es" });
    await ben.join({ name: "Ben", room: "voice", speaks: "en", hears: "en" });
    const partial = ana.captions("source", "partial", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });
    await ben.page.getByRole("button", { name: "Turn microphone on" }).click();
    await partial;
    await ana.captions("source", "final", /go forward/iu).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });
    assert.equal(await ana.page.locator(".utterance").count(), 1, "the caption firms up where it began");
    assert.equal(await ana.page.locator(".side.partial").count(), 0);

    await ana.page.getByText("Playing Ben in Spanish").waitFor({ timeout: PATIENCE_MS });
    await ana.page.locator("#playing").waitFor({ state: "hidden", timeout: PATIENCE_MS });
    const samples = ana.receivedSamples();
    const played = await ana.playedSound();
    assert.ok(samples.some((sample) => Math.abs(sample) > 1_000));
    assert.ok(played.peak > 0.03, `the loudest sample played is ${played.peak}`);
    assert.ok(Math.abs(played.seconds - samples.length / 16_000) < 0.001, "all that came was played");
    assert.equal(ben.receivedSamples().length, 0, "nobody hears their own words back");

    await ben.page.getByRole("button", { name: "Turn microphone off" }).click();
    await ben.page.getByRole("button", { name: "Turn microphone on" }).waitFor();
    assert.deepEqual([...ben.complaints, ...ana.complaints], []);
  } finally {
    await Promise.all([ben.leave(), ana.leave()]);
    await recording.remove();
  }
});

test("who does not allow the microphone is told what to do, and can type", async () => {
  const ben = await Visitor.arrive(server.address, { refusesMicrophone: true });
  try {
    await ben.join({ name: "Ben", room: "refusal", speaks: "en", hears: "en" });
    await ben.page.getByRole("button", { name: "Turn microphone on" }).click();
    await ben.page.getByRole("alert").getByText("does not let this page use the microphone").waitFor();
    await ben.page.getByRole("button", { name: "Turn microphone on" }).waitFor();
    await ben.type("I type instead");
    await ben.captions("source", "final", /I type instead/u).waitFor({ timeout: PATIENCE_MS });
  } finally {
    await ben.leave();
  }
});

test("an invitation leads into the same room", async () => {
  const ben = await Visitor.arrive(server.address);
  const guest = await Visitor.arrive(server.address);
  try {
    await ben.join({ name: "Ben", room: "garden.party-1", speaks: "en", hears: "en" });
    await guest.page.goto(await ben.page.getByLabel("Link to this room").inputValue());
    assert.equal(await guest.page.getByLabel("Room", { exact: true }).inputValue(), "garden.party-1");
  } finally {
    await Promise.all([ben.leave(), guest.leave()]);
  }
});
