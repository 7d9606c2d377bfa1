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
    await ben.join({ name: "Ben", room: "text", speaks: "English", hears: "English" });
    await ana.join({ name: "Ana", room: "text", speaks: "Spanish", hears: "Spanish" });
    await ben.people().filter({ hasText: "Ana" }).waitFor();
    await ana.people().filter({ hasText: "Ben" }).waitFor();

    await ben.type("Good morning");
    await ana.captions("source", "final", /Good morning/u).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /buenos días/iu).waitFor({ timeout: PATIENCE_MS });
    await ben.captions("source", "final", /Good morning/u).waitFor();

    await ana.type("Buenos días");
    await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });

    // A screen reader is told each final once, in the language that is heard.
    const told = (page: typeof ben.page) => page.getByRole("log", { name: "What the others said" });
    await told(ana.page)
      .getByText(/^Ben: .*buenos días/iu)
      .waitFor();
    await told(ben.page)
      .getByText(/^Ana: .*good morning/iu)
      .waitFor();

    const foreign = [...ben.requests, ...ana.requests].filter((url) => new URL(url).port !== String(server.port));
    assert.deepEqual(foreign, [], "the page asks nobody but its server");
    assert.deepEqual([...ben.complaints, ...ana.complaints], []);

    await ana.page.getByRole("button", { name: "Leave" }).click();
    await ana.page.getByRole("button", { name: "Join the room" }).waitFor();
    await ben.people().filter({ hasText: "Ana" }).waitFor({ state: "detached" });
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
    await ana.join({ name: "Ana", room: "voice", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "voice", speaks: "English", hears: "English" });
    const partial = ana.captions("source", "partial", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });
    await ben.page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).click();
    await partial;
    await ana.captions("source", "final", /go forward/iu).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });
    assert.equal((await ana.texts("source")).length, 1, "the caption firms up where it began");
    assert.equal(await ana.page.locator("[data-state=partial]").count(), 0);

    const played = await ana.hearing(20);
    assert.ok(played.peak > 0.03 && played.peak <= 1, `the loudest sample played is ${played.peak}`);
    assert.ok(ana.receivedSamples().some((sample) => Math.abs(sample) > 1_000));
    assert.equal(ben.receivedSamples().length, 0, "nobody hears their own words back");
    assert.equal((await ben.playedSound()).loud, 0);

    await ben.page.getByRole("button", { name: "Microphone", exact: true, pressed: true }).click();
    await ben.page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).waitFor();
    assert.deepEqual([...ben.complaints, ...ana.complaints], []);
  } finally {
    await Promise.all([ben.leave(), ana.leave()]);
    await recording.remove();
  }
});

test("a recording is interpreted as if it were spoken, with its progress in sight", async () => {
  const recording = await recordingOf(GO_FORWARD);
  const [ben, ana] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  try {
    await ana.join({ name: "Ana", room: "upload", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "upload", speaks: "English", hears: "English" });
    await ben.page.locator("input[type=file]").setInputFiles(recording.path);
    await ben.page.getByRole("progressbar").first().waitFor();
    await ana.captions("source", "final", /go forward/iu).waitFor({ timeout: PATIENCE_MS });
    await ana.captions("translation", "final", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });
    await ben.page.getByRole("progressbar").first().waitFor({ state: "detached", timeout: PATIENCE_MS });
    assert.ok((await ben.playedSound()).loud > 20, "who plays a file hears it");
    assert.deepEqual([...ben.complaints, ...ana.complaints], []);
  } finally {
    await Promise.all([ben.leave(), ana.leave()]);
    await recording.remove();
  }
});

test("who does not allow the microphone is told what to do, and can type", async () => {
  const ben = await Visitor.arrive(server.address, { refusesMicrophone: true });
  try {
    await ben.join({ name: "Ben", room: "refusal", speaks: "English", hears: "English" });
    await ben.page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).click();
    await ben.page.getByRole("alert").getByText("does not let this page use the microphone").waitFor();
    await ben.page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).waitFor();
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
    await ben.join({ name: "Ben", room: "garden.party-1", speaks: "English", hears: "English" });
    await guest.page.goto(await ben.page.getByLabel("Link to this room").inputValue());
    await guest.page.getByLabel("Your name").fill("Guest");
    await guest.page.getByRole("button", { name: "Join the room" }).click();
    await guest.connected();
    await ben.people().filter({ hasText: "Guest" }).waitFor();
  } finally {
    await Promise.all([ben.leave(), guest.leave()]);
  }
});

test("the transcript of a room is saved as a file in the chosen language", async () => {
  const ben = await Visitor.arrive(server.address);
  const ana = await Visitor.arrive(server.address);
  try {
    await ana.join({ name: "Ana", room: "minutes", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "minutes", speaks: "English", hears: "English" });
    await ana.type("Buenos días");
    await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });
    const { page } = ben;
    await page.getByRole("button", { name: "Save the transcript" }).click();
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save", exact: true }).click();
    const saved = await download;
    assert.match(saved.suggestedFilename(), /^interpres-minutes-.*\.vtt$/u);
    const chunks: Buffer[] = [];
    for await (const chunk of await saved.createReadStream()) chunks.push(chunk as Buffer);
    assert.match(Buffer.concat(chunks).toString(), /^WEBVTT[\s\S]*Buenos días/u);
  } finally {
    await Promise.all([ben.leave(), ana.leave()]);
  }
});
