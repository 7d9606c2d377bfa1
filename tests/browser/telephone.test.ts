// The telephone of `interpres emulate acs`: a person with a microphone calls, and is called.
import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { Page } from "playwright-core";
import { Answering } from "./answering.ts";
import { assertFits, photograph, violations } from "./axe.ts";
import { AcsEmulator } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

let other: Answering;
let emulator: AcsEmulator;
before(async () => {
  other = await Answering.start();
  emulator = await AcsEmulator.start(other.url("/events"));
  other.emulator = emulator.address;
});
afterEach(() => {
  other.answers = true;
});
after(async () => {
  await emulator.stop();
  await other.stop();
});

const status = (page: Page, text: RegExp) => page.getByRole("status").getByText(text).waitFor({ timeout: PATIENCE_MS });
const press = (page: Page, name: string) => page.getByRole("button", { name, exact: true }).click();

async function assertFine(page: Page, name: string): Promise<void> {
  await photograph(page, name);
  assert.deepEqual(await violations(page), [], name);
  await assertFits(page);
}

for (const look of ["light", "dark"] as const) {
  for (const width of [1280, 320]) {
    test(`a person calls, is heard, hears and hangs up, ${look} and ${width} pixels wide`, async () => {
      const ana = await Visitor.arrive(emulator.address, { look, width, height: 900, path: "/" });
      const { page } = ana;
      const name = `telephone-${look}-${width}`;
      try {
        await status(page, /Ready/u);
        assert.equal(new URL(page.url()).pathname, "/_emulator/telephone");
        await assertFine(page, `${name}-ready`);
        await page.getByLabel("Your name").fill("Ana");
        const before = other.heard;
        await press(page, "Call");
        await status(page, /Connected/u);
        await ana.hearing(5);
        assert.ok(other.heard > before, "the other side heard something");
        await assertFine(page, `${name}-connected`);

        await press(page, "Mute");
        await status(page, /muted/u);
        await press(page, "Unmute");
        await press(page, "Hang up");
        await status(page, /ended/u);
        await page.getByText("4:+14255550123 hangs up").waitFor();
        await page.getByRole("button", { name: "Call", exact: true }).and(page.locator(":focus")).waitFor();
        await assertFine(page, `${name}-ended`);
        assert.deepEqual(ana.complaints, []);
        for (const address of ana.requests) assert.equal(new URL(address).host, new URL(emulator.address).host);
      } finally {
        await ana.leave();
      }
    });
  }
}

test("a person is called, answers, and is gone with the page", async () => {
  const ben = await Visitor.arrive(emulator.address, { path: "/_emulator/telephone" });
  const { page } = ben;
  try {
    await status(page, /Ready/u);
    await page.getByLabel("Your number or id").fill("+14255550142");
    await page.getByLabel("Ring here when my number is called").check();
    await status(page, /Waiting/u);
    await other.callOut("+14255550142");
    await status(page, /\+18005550100 is calling/u);
    await assertFine(page, "telephone-rings");
    await press(page, "Answer");
    await status(page, /Connected/u);
    await ben.hearing(5);
    const before = other.callbacks.filter((kind) => kind === "CallDisconnected").length;
    await page.goto("about:blank");
    const deadline = Date.now() + PATIENCE_MS;
    while (other.callbacks.filter((kind) => kind === "CallDisconnected").length === before) {
      assert.ok(Date.now() < deadline, "the call ends");
      await page.waitForTimeout(50);
    }
    assert.deepEqual(ben.complaints, []);
  } finally {
    await ben.leave();
  }
});

test("what does not work is said in plain words", async () => {
  const [ana, ben] = await Promise.all([
    Visitor.arrive(emulator.address, { path: "/_emulator/telephone", refusesMicrophone: true }),
    Visitor.arrive(emulator.address, { path: "/_emulator/telephone" }),
  ]);
  try {
    await press(ana.page, "Call");
    await ana.page.getByRole("alert").getByText("The microphone is not allowed").waitFor();
    await assertFine(ana.page, "telephone-refused");

    other.answers = false;
    await press(ben.page, "Call");
    await status(ben.page, /busy/u);
    await ben.page.getByLabel("Number or id to call").fill("nobody");
    await press(ben.page, "Call");
    await ben.page.getByRole("alert").getByText("This cannot be called").waitFor();
    assert.deepEqual([...ana.complaints, ...ben.complaints], []);
  } finally {
    await Promise.all([ana.leave(), ben.leave()]);
  }
});
