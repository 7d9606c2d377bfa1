// What a paid engine does in a room, and what that costs: seen by who listens, and by who runs the server. The engine is the
// real one; the service that it talks to is the emulator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertFits, photograph, violations } from "./axe.ts";
import { RealtimeEmulator, Server } from "./server.ts";
import { PATIENCE_MS, recordingOf, Visitor } from "./visitor.ts";

/** Real speech: "go forward ten meters", from Debian's pocketsphinx-testdata. */
const GO_FORWARD = "/usr/share/pocketsphinx/test/data/goforward.raw";

let emulator: RealtimeEmulator;
let server: Server;
before(async () => {
  emulator = await RealtimeEmulator.start();
  server = await Server.start(`
engines:
  default: azure-translate
  azure_openai:
    endpoint: ${emulator.address}
    api_key: ${RealtimeEmulator.KEY}
`);
});
after(async () => {
  await server.stop();
  await emulator.stop();
});

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1280, height: 800 };
/** The details of a room beside its captions. */
const ENGINE = "[data-engine=azure-translate]";

async function makeRoom(room: string, dollars: number): Promise<void> {
  const made = await fetch(`${server.address}/api/rooms`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ room_id: room, budget: { cost_usd: dollars } }),
  });
  assert.equal(made.status, 201, await made.text());
}

async function assertFine(visitor: Visitor, name: string): Promise<void> {
  await photograph(visitor.page, name);
  assert.deepEqual(await violations(visitor.page), [], name);
  await assertFits(visitor.page);
}

test("who listens sees which engine interprets, how far behind, what it costs, and what is left of the budget", async () => {
  await makeRoom("meeting", 0.5);
  const recording = await recordingOf(GO_FORWARD);
  const [ben, ana] = await Promise.all([
    Visitor.arrive(server.address, DESK),
    Visitor.arrive(server.address, { look: "dark", ...DESK }),
  ]);
  const late = await Visitor.arrive(server.address, PHONE);
  try {
    await ana.join({ name: "Ana", room: "meeting", speaks: "Spanish", hears: "Spanish" });
    await ana.page.getByText("The engines are shown as soon as somebody speaks.").waitFor();
    await ben.join({ name: "Ben", room: "meeting", speaks: "English", hears: "English" });
    await ben.page.locator("input[type=file]").setInputFiles(recording.path);
    await ana.captions("translation", "final", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });

    const engine = ana.page.locator(ENGINE);
    await engine.getByText(/\$0\.0\d+ so far/u).waitFor({ timeout: PATIENCE_MS });
    await engine.getByText(/(?:Keeps up|Some delay|Far behind): .* behind/u).waitFor();
    await ana.page.getByText(/^(?:US)?\$0\.\d+ of (?:US)?\$0\.50$/u).waitFor();
    await ana.page.getByRole("progressbar", { name: "Left of the budget" }).waitFor();
    await ana.page.getByRole("button", { name: "What these figures mean" }).click();
    await ana.page.getByText(/how long speech waits for the engine/u).waitFor();
    // What a button is called is shown for as long as the pointer is on it.
    await ana.page.mouse.move(1, 1);
    await ana.page.getByRole("tooltip").waitFor({ state: "detached" });
    await assertFine(ana, "cost-room-dark-1280");
    await assertFine(ben, "cost-room-light-1280");

    // Who comes later is told too, though nothing is being said.
    await late.join({ name: "Chloé", room: "meeting", speaks: "Spanish", hears: "Spanish" });
    await late.page.getByRole("button", { name: /People, languages and more/u }).click();
    const details = late.page.getByRole("dialog");
    await details
      .locator(ENGINE)
      .getByText(/\$0\.0\d+ so far/u)
      .waitFor({ timeout: PATIENCE_MS });
    await details.locator(ENGINE).scrollIntoViewIfNeeded();
    await assertFine(late, "cost-room-light-390");
    assert.deepEqual([...ben.complaints, ...ana.complaints, ...late.complaints], []);
  } finally {
    await Promise.all([ben.leave(), ana.leave(), late.leave()]);
    await recording.remove();
  }
});

test("a room whose budget is used up says that translation has stopped, and to those who come later", async () => {
  await makeRoom("poor", 0.001);
  const recording = await recordingOf(GO_FORWARD);
  const [ben, ana] = await Promise.all([
    Visitor.arrive(server.address, { look: "dark", ...PHONE }),
    Visitor.arrive(server.address, DESK),
  ]);
  const late = await Visitor.arrive(server.address);
  try {
    await ana.join({ name: "Ana", room: "poor", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "poor", speaks: "English", hears: "English" });
    await ben.page.locator("input[type=file]").setInputFiles(recording.path);
    for (const visitor of [ana, ben]) {
      const notice = visitor.page.getByRole("alert").filter({ hasText: "Translation has stopped" });
      await notice.waitFor({ timeout: PATIENCE_MS });
      assert.match(await notice.innerText(), /The budget of this room is used up/u);
    }
    await assertFine(ana, "cost-poor-light-1280");
    await assertFine(ben, "cost-poor-dark-390");
    await late.join({ name: "Chloé", room: "poor", speaks: "Spanish", hears: "Spanish" });
    await late.page.getByText("Translation has stopped").waitFor();
    assert.deepEqual([...ben.complaints, ...ana.complaints, ...late.complaints], []);
  } finally {
    await Promise.all([ben.leave(), ana.leave(), late.leave()]);
    await recording.remove();
  }
});

test("who runs the server sees what each engine does and has cost", async () => {
  const recording = await recordingOf(GO_FORWARD);
  const [ben, ana] = await Promise.all([Visitor.arrive(server.address), Visitor.arrive(server.address)]);
  const operators = await Promise.all(
    (["light", "dark"] as const).flatMap((look) =>
      [DESK, PHONE].map((size) => Visitor.arrive(server.address, { look, ...size, path: "/" })),
    ),
  );
  try {
    await ana.join({ name: "Ana", room: "cinema", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "cinema", speaks: "English", hears: "English" });
    await ben.page.locator("input[type=file]").setInputFiles(recording.path);
    await ana.page
      .locator(ENGINE)
      .getByText(/\$0\.0\d+ so far/u)
      .waitFor({ timeout: PATIENCE_MS });
    for (const [number, operator] of operators.entries()) {
      const { page } = operator;
      const figures = page.getByLabel("What azure-translate does");
      await figures.getByText(/\$0\.0\d+/u).waitFor({ timeout: PATIENCE_MS });
      await page.getByRole("img", { name: /^Cost over the last 15 minutes/u }).waitFor();
      await page.getByRole("img", { name: /^Delay of translation over the last 15 minutes/u }).waitFor();
      await page.getByRole("button", { name: "The last 30 days" }).click();
      const ledger = page.getByRole("table", { name: "What engines cost, by day" });
      await ledger.getByText("azure-translate").first().waitFor();
      await ledger
        .getByText(/\$0\.0\d+/u)
        .first()
        .waitFor();
      await figures.scrollIntoViewIfNeeded();
      await assertFine(operator, `cost-overview-${number < 2 ? "light" : "dark"}-${number % 2 === 0 ? 1280 : 390}`);
      assert.deepEqual(operator.complaints, []);
    }
  } finally {
    await Promise.all([...operators, ben, ana].map((visitor) => visitor.leave()));
    await recording.remove();
  }
});
