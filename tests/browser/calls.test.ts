// Calls as who operates the server sees them: one comes in and waits, is brought together with somebody, is interpreted, and
// is hung up. The server is the real one, and so is its way to the service; the service and its callers are the emulator.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Locator, Page } from "playwright-core";
import { assertFits, photograph, violations } from "./axe.ts";
import { Relay } from "./relay.ts";
import { CallsEmulator, RealtimeEmulator, Server } from "./server.ts";
import { PATIENCE_MS, recordingOf, Visitor } from "./visitor.ts";

/** Real speech: "go forward ten meters", from Debian's pocketsphinx-testdata. */
const GO_FORWARD = "/usr/share/pocketsphinx/test/data/goforward.raw";
const DESK = { width: 1280, height: 800 };
const PHONE = { width: 390, height: 844 };

let relay: Relay;
let telephone: CallsEmulator;
let engine: RealtimeEmulator;
let server: Server;
let recording: Awaited<ReturnType<typeof recordingOf>>;
before(async () => {
  recording = await recordingOf(GO_FORWARD);
  // The service is told where the server is before it is there.
  relay = await Relay.to();
  engine = await RealtimeEmulator.start();
  telephone = await CallsEmulator.start(relay.address);
  server = await Server.start(`
${telephone.settings}
engines:
  default: azure-translate
  azure_openai: { endpoint: "${engine.address}", api_key: ${RealtimeEmulator.KEY} }
`);
  relay.lead(server.port);
});
after(async () => {
  await server.stop();
  await telephone.stop();
  await engine.stop();
  await relay.close();
  await recording.remove();
});

function callFrom(name: string, identifier: string): Promise<string> {
  return telephone.call({ identifier, display_name: name, wav: recording.path, language: "en", repeat: true });
}

function cards(page: Page, list: string, name: string): Locator {
  return page.getByRole("list", { name: list }).getByRole("listitem").filter({ hasText: name });
}

/** All four looks of the page of an operator. */
async function operators(): Promise<{ visitor: Visitor; suffix: string }[]> {
  return Promise.all(
    (["light", "dark"] as const).flatMap((look) =>
      [DESK, PHONE].map(async (size) => ({
        visitor: await Visitor.arrive(server.address, { look, ...size, path: "/calls" }),
        suffix: `${look}-${size.width}`,
      })),
    ),
  );
}

async function assertFine(page: Page, name: string): Promise<void> {
  await photograph(page, name);
  assert.deepEqual(await violations(page), [], name);
  await assertFits(page);
}

test("a call comes in, waits, is brought to a room, is interpreted, and is hung up", async () => {
  const all = await operators();
  const [first] = all;
  assert.ok(first !== undefined);
  const { page } = first.visitor;
  const ana = await Visitor.arrive(server.address);
  try {
    for (const { visitor, suffix } of all) {
      await visitor.page.getByText("Nobody is on the phone").waitFor({ timeout: PATIENCE_MS });
      await assertFine(visitor.page, `calls-empty-${suffix}`);
    }
    await callFrom("Wanda", "+14255550123");
    for (const { visitor, suffix } of all) {
      const waiting = cards(visitor.page, "Waiting for somebody", "Wanda");
      await waiting.getByText("nobody else yet").waitFor({ timeout: PATIENCE_MS });
      await waiting.getByText("From +14255550123 to +18005550100").waitFor();
      await visitor.page.getByText("Waiting: Wanda.").waitFor({ state: "attached" });
      await assertFine(visitor.page, `calls-waiting-${suffix}`);
    }
    await page.getByRole("link", { name: "Calls 1 waiting" }).waitFor({ timeout: PATIENCE_MS });

    await ana.join({ name: "Ana", room: "desk", speaks: "Spanish", hears: "Spanish" });
    for (const { visitor, suffix } of all) {
      await visitor.page.getByRole("button", { name: "Attach…" }).click();
      await visitor.page.getByRole("combobox", { name: "With whom, or where" }).click();
      await visitor.page.getByRole("option", { name: "desk · 1 person" }).click();
      await visitor.page.getByRole("listbox").waitFor({ state: "detached" });
      await assertFine(visitor.page, `calls-attach-${suffix}`);
      if (visitor !== first.visitor) await visitor.page.getByRole("button", { name: "Cancel" }).click();
    }
    await page.getByRole("button", { name: "Bring together" }).click();
    for (const { visitor, suffix } of all) {
      const talking = cards(visitor.page, "On the line", "Wanda");
      await talking.getByText("Ana (Spanish)").waitFor({ timeout: PATIENCE_MS });
      await talking.getByText("speaks English, hears Spanish").waitFor();
      await talking.getByText("From +14255550123 to +18005550100").waitFor();
      await talking.getByText(/\$0\.0\d+/u).waitFor({ timeout: PATIENCE_MS });
      await assertFine(visitor.page, `calls-talking-${suffix}`);
    }
    await ana.captions("translation", "final", /\p{L}/u).first().waitFor({ timeout: PATIENCE_MS });

    await page.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("dialog", { name: "Hang up on Wanda?" }).getByRole("button", { name: "Hang up" }).click();
    for (const { visitor, suffix } of all) {
      const over = cards(visitor.page, "Over lately", "Wanda");
      await over.getByText("Hung up by an operator").waitFor({ timeout: PATIENCE_MS });
      await assertFine(visitor.page, `calls-over-${suffix}`);
      assert.deepEqual(visitor.complaints, []);
    }
    assert.equal(await telephone.openLegs(), 0);
  } finally {
    await Promise.all([ana, ...all.map(({ visitor }) => visitor)].map((visitor) => visitor.leave()));
  }
});

test("two callers are brought together by the keyboard alone, and one who hangs up is over with that reason", async () => {
  const operator = await Visitor.arrive(server.address, { path: "/calls" });
  const { page } = operator;
  const keys = page.keyboard;
  try {
    const ben = await callFrom("Ben", "+14255550144");
    await callFrom("Carla", "+14255550155");
    const waiting = page.getByRole("list", { name: "Waiting for somebody" }).getByRole("listitem");
    await waiting.nth(1).waitFor({ timeout: PATIENCE_MS });
    const attach = waiting.filter({ hasText: "Carla" }).getByRole("button", { name: "Attach…" });
    await attach.focus();
    await keys.press("Enter");
    await page.getByRole("dialog", { name: "Bring Carla together with somebody" }).waitFor();
    await page.getByRole("combobox", { name: "With whom, or where" }).focus();
    await keys.press("Enter");
    await page.getByRole("option", { name: "Ben (English), who waits too" }).waitFor();
    await keys.press("Home");
    await keys.press("Enter");
    await page.getByRole("listbox").waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Bring together" }).focus();
    await keys.press("Enter");
    await cards(page, "On the line", "Carla").getByText("Ben (English)").waitFor({ timeout: PATIENCE_MS });
    await cards(page, "On the line", "Ben").getByText("Carla (English)").waitFor({ timeout: PATIENCE_MS });

    await telephone.hangUp(ben, "+14255550144");
    const over = cards(page, "Over lately", "Ben");
    await over.getByText("The other side hung up").waitFor({ timeout: PATIENCE_MS });
    assert.deepEqual(operator.complaints, []);
  } finally {
    await operator.leave();
  }
});

test("what happens while the page has no connection is there when it is back", async () => {
  const between = await Relay.to(server.port);
  const operator = await Visitor.arrive(between.address, { path: "/calls" });
  try {
    const { page } = operator;
    await page.getByText("live", { exact: true }).waitFor({ timeout: PATIENCE_MS });
    between.tear();
    await page.getByText(/Below is how it was last/u).waitFor({ timeout: PATIENCE_MS });
    await callFrom("Dora", "+14255550166");
    between.mend();
    await cards(page, "Waiting for somebody", "Dora").waitFor({ timeout: PATIENCE_MS });
    await page.getByText("live", { exact: true }).waitFor({ timeout: PATIENCE_MS });
  } finally {
    await operator.leave();
    await between.close();
  }
});
