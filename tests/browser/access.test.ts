// The page serves people who use a keyboard, a screen reader, a small screen, or a dark one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import axe from "axe-core";
import type { AxeResults } from "axe-core";
import type { Page } from "playwright-core";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(async () => {
  await server.stop();
});

/** One line for each rule that the page breaks. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const results = await page.evaluate<AxeResults>("axe.run()");
  assert.ok(results.passes.length > 10, "axe looked at the page");
  return results.violations.map((found) => {
    const places = found.nodes.map((node) => `${node.target.join(" ")} (${node.failureSummary ?? ""})`);
    return `${found.id}: ${found.help}: ${places.join("; ")}`;
  });
}

for (const look of ["light", "dark"] as const) {
  for (const width of [1280, 360]) {
    test(`axe finds nothing to object to, ${look} and ${width} pixels wide`, async () => {
      const ben = await Visitor.arrive(server.address, { look, width, refusesMicrophone: true });
      const ana = await Visitor.arrive(server.address, { look, width });
      try {
        const room = `access-${look}-${width}`;
        await ben.page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
        assert.deepEqual(await violations(ben.page), [], "the entrance");
        await photograph(ben.page, `entrance-${look}-${width}`);

        await ben.join({ name: "Ben", room, speaks: "en", hears: "en" });
        await ana.join({ name: "Ana", room, speaks: "es", hears: "es" });
        await ben.page.getByRole("button", { name: "Turn microphone on" }).click();
        await ben.page.getByRole("alert").getByText("microphone").waitFor();
        await ana.type("Buenos días");
        await ben.type("Good morning");
        await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });
        await ben
          .captions("source", "final", /Good morning/u)
          .last()
          .waitFor({ timeout: PATIENCE_MS });
        assert.deepEqual(await violations(ben.page), [], "the room");
        const overflow = await ben.page.evaluate<number>("document.documentElement.scrollWidth - innerWidth");
        assert.ok(overflow <= 0, `the page is ${overflow} pixels too wide`);
        await photograph(ben.page, `room-${look}-${width}`);
      } finally {
        await Promise.all([ben.leave(), ana.leave()]);
      }
    });
  }
}

test("everything can be done with the keyboard alone", async () => {
  const ben = await Visitor.arrive(server.address);
  const { page } = ben;
  const keys = page.keyboard;
  try {
    await page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
    await keys.press("Tab");
    await assertFocus(page, "name");
    await keys.type("Ben");
    await keys.press("Tab");
    await assertFocus(page, "room");
    await keys.press("Control+A");
    await keys.type("keyboard");
    await keys.press("Tab");
    await assertFocus(page, "speaks");
    await keys.type("English");
    await keys.press("Tab");
    await assertFocus(page, "hears");
    await keys.type("Spanish");
    await keys.press("Tab");
    await assertFocus(page, "enter");
    await keys.press("Enter");
    await ben.connected();

    await assertFocus(page, "text");
    await keys.type("No mouse was used");
    await keys.press("Enter");
    await ben.captions("source", "final", /No mouse was used/u).waitFor({ timeout: PATIENCE_MS });
    await assertFocus(page, "text");

    await tabTo(page, "microphone", "Shift+Tab");
    await keys.press("Enter");
    await page.getByRole("button", { name: "Turn microphone off" }).waitFor();
    await keys.press("Space");
    await page.getByRole("button", { name: "Turn microphone on" }).waitFor();
    await tabTo(page, "volume");
    const before = Number(await page.locator("#volume").inputValue());
    await keys.press("ArrowLeft");
    assert.equal(Number(await page.locator("#volume").inputValue()), before - 1);
    await tabTo(page, "leave");
    await keys.press("Enter");
    await assertFocus(page, "enter");
  } finally {
    await ben.leave();
  }
});

async function assertFocus(page: Page, id: string): Promise<void> {
  assert.equal(await page.evaluate<string>("document.activeElement.id"), id);
}

/** Presses Tab, or another key that moves the focus, until the element has the focus, as often as there are elements. */
async function tabTo(page: Page, id: string, key = "Tab"): Promise<void> {
  const passed: string[] = [];
  while (passed.length < 30) {
    await page.keyboard.press(key);
    const focused = await page.evaluate<string>("document.activeElement.id");
    if (focused === id) return;
    passed.push(focused);
  }
  assert.fail(`${key} never reaches ${id}; it went ${passed.join(", ")}`);
}

/** For people who want to see what the tests saw: SCREENSHOTS names the folder. */
async function photograph(page: Page, name: string): Promise<void> {
  const folder = process.env.SCREENSHOTS;
  if (folder !== undefined) await page.screenshot({ path: `${folder}/${name}.png` });
}
