// The pages serve people who use a keyboard, a screen reader, a small screen, or a dark one.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { Page } from "playwright-core";
import { assertFits, photograph, violations } from "./axe.ts";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

const PHONE = { width: 390, height: 844 };
const DESK = { width: 1440, height: 900 };

let server: Server;
before(async () => {
  server = await Server.start();
});
after(async () => {
  await server.stop();
});

for (const look of ["light", "dark"] as const) {
  for (const size of [DESK, PHONE]) {
    const suffix = `${look}-${size.width}`;

    test(`axe finds nothing to object to in a room, ${look} and ${size.width} pixels wide`, async () => {
      const visit = { look, ...size };
      const ben = await Visitor.arrive(server.address, { ...visit, refusesMicrophone: true });
      const ana = await Visitor.arrive(server.address, visit);
      try {
        const { page } = ben;
        await page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
        await assertFine(page, `entrance-${suffix}`);

        const room = `access-${suffix}`;
        await ben.join({ name: "Ben", room, speaks: "English", hears: "English" });
        await assertFine(page, `room-empty-${suffix}`);
        await ana.join({ name: "Ana", room, speaks: "Spanish", hears: "Spanish" });
        await page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).click();
        await page.getByRole("alert").getByText("microphone").waitFor();
        await ana.type("Buenos días, ¿empezamos?");
        await ben.type("Good morning, yes, we are all here");
        await ben.captions("translation", "final", /good morning/iu).waitFor({ timeout: PATIENCE_MS });
        await ana.captions("translation", "final", /\p{L}/u).waitFor({ timeout: PATIENCE_MS });
        await assertFine(page, `room-refused-${suffix}`);
        await assertFine(ana.page, `room-${suffix}`);
        if (size === PHONE) {
          await page.getByRole("button", { name: "People, languages and more" }).click();
          await page.getByRole("dialog").waitFor();
          await assertFine(page, `room-details-${suffix}`);
        }
      } finally {
        await Promise.all([ben.leave(), ana.leave()]);
      }
    });

    test(`axe finds nothing to object to on the other pages, ${look} and ${size.width} pixels wide`, async () => {
      const ben = await Visitor.arrive(server.address, { look, ...size, path: "/" });
      try {
        const { page } = ben;
        for (const [path, name] of [
          ["/", "overview"],
          ["/websocket-test", "websocket-test"],
          ["/calls", "calls-not-set-up"],
          ["/bots", "coming"],
          ["/nowhere", "not-found"],
        ] as const) {
          await page.goto(server.address + path);
          await page.locator("main :is(h2, p, form)").first().waitFor();
          await page.waitForLoadState("networkidle");
          await assertFine(page, `${name}-${suffix}`);
        }
        await page.keyboard.press("Shift+Slash");
        await page.getByRole("dialog", { name: "Keyboard shortcuts" }).waitFor();
        await assertFine(page, `shortcuts-${suffix}`);
        // The browser notes the answer 404 of the last address as an error of its own.
        const own = ben.complaints.filter((complaint) => !complaint.includes("404"));
        assert.deepEqual(own, []);
      } finally {
        await ben.leave();
      }
    });
  }
}

async function assertFine(page: Page, name: string): Promise<void> {
  await photograph(page, name);
  assert.deepEqual(await violations(page), [], name);
  await assertFits(page);
}

test("everything in a room can be done with the keyboard alone", async () => {
  const ben = await Visitor.arrive(server.address, { path: "/rooms/keyboard" });
  const { page } = ben;
  const keys = page.keyboard;
  try {
    await page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
    await tabTo(page, "textbox", /Your name/u);
    await keys.type("Ben");
    await tabTo(page, "combobox", /I speak/u);
    await keys.press("Enter");
    await keys.type("English");
    await keys.press("Enter");
    await tabTo(page, "combobox", /I hear/u);
    await keys.press("Enter");
    await keys.type("Spanish");
    await keys.press("Enter");
    await tabTo(page, "button", /Join the room/u);
    await keys.press("Enter");
    await ben.connected();

    await tabTo(page, "textbox", /Write what you want to say/u);
    await keys.type("No mouse was used");
    await keys.press("Enter");
    await ben.captions("source", "final", /No mouse was used/u).waitFor({ timeout: PATIENCE_MS });

    await tabTo(page, "button", /^Microphone$/u);
    await keys.press("Enter");
    await page.getByRole("button", { name: "Microphone", exact: true, pressed: true }).waitFor();
    await keys.press("Space");
    await page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).waitFor();
    // The same by its shortcut.
    await keys.press("m");
    await page.getByRole("button", { name: "Microphone", exact: true, pressed: true }).waitFor();
    await keys.press("m");
    await page.getByRole("button", { name: "Microphone", exact: true, pressed: false }).waitFor();

    await tabTo(page, "slider", /voice|volume/iu);
    const value = () => page.evaluate<number>("Number(document.activeElement.value)");
    const before = await value();
    await keys.press("ArrowLeft");
    assert.ok((await value()) < before);
    await tabTo(page, "button", /^Leave/u);
    await keys.press("Enter");
    await page.getByRole("button", { name: "Join the room" }).waitFor();
  } finally {
    await ben.leave();
  }
});

/** Presses Tab until what has the focus is of this role and name, as often as there may be elements. */
async function tabTo(page: Page, role: Parameters<Page["getByRole"]>[0], name: RegExp): Promise<void> {
  const wanted = page.getByRole(role, { name }).and(page.locator(":focus"));
  for (let presses = 0; presses < 80; presses += 1) {
    if ((await wanted.count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  assert.fail(`Tab never reaches the ${role} ${String(name)}`);
}
