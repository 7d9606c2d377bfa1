// The client library as another program uses it: the built files in a plain page, without a framework, under the server's
// own content security policy. The page is the example of the library's description.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { after, before, test } from "node:test";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { Server } from "./server.ts";

/** What the changed examples leave for the test to reach. */
interface Plain {
  connection: { session?: { sessionId: string }; sendText(text: string): boolean };
  sent?: number;
}

const PATIENCE = { timeout: 60_000 };

let server: Server;
let browser: Browser;

before(async () => {
  server = await Server.start();
  browser = await chromium.launch({
    executablePath: "/usr/bin/chromium",
    args: [
      "--no-sandbox",
      "--disable-background-networking",
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
    ],
  });
});

after(async () => {
  await browser.close();
  await server.stop();
});

/** The example's markup, and its script as a file: the policy allows no script in the page. */
async function example(): Promise<{ markup: string; script: string }> {
  const description = await readFile(new URL("../../static/src/client/README.md", import.meta.url), "utf8");
  const code = /```html\n(?<code>.*?)```/su.exec(description)?.groups?.code ?? "";
  const script = /<script type="module">\n(?<script>.*?)<\/script>/su.exec(code)?.groups?.script ?? "";
  assert.notEqual(script, "", "the description has no example");
  return {
    markup: `<!doctype html><title>Plain</title>${code.replace(script, "").replace('"module"', '"module" src="/plain.js"')}`,
    script,
  };
}

/** The example at an address of the server, with the built library beside it and the policy of the server's pages. */
async function open(change: (script: string) => string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  const { markup, script } = await example();
  const home = await fetch(server.address);
  const policy = home.headers.get("content-security-policy") ?? "";
  assert.match(policy, /default-src 'self'/u);
  await page.route(`${server.address}/plain.html`, (route) =>
    route.fulfill({ body: markup, contentType: "text/html", headers: { "content-security-policy": policy } }),
  );
  await page.route(`${server.address}/plain.js`, (route) =>
    route.fulfill({ body: change(script), contentType: "text/javascript" }),
  );
  await page.route(`${server.address}/client/*`, async (route) => {
    const file = new URL(`../../static/dist${new URL(route.request().url()).pathname}`, import.meta.url);
    await route.fulfill({ body: await readFile(file), contentType: "text/javascript" });
  });
  await page.goto(`${server.address}/plain.html`);
  return { page, complaints };
}

/** The id of the session, once there is one. */
async function joined(page: Page): Promise<string | undefined> {
  await page.waitForFunction(
    () => (globalThis as unknown as Plain).connection.session !== undefined,
    undefined,
    PATIENCE,
  );
  return page.evaluate(() => (globalThis as unknown as Plain).connection.session?.sessionId);
}

function say(page: Page, text: string): Promise<boolean> {
  return page.evaluate((said) => (globalThis as unknown as Plain).connection.sendText(said), text);
}

test("the example of the description works in a plain page: it joins, hears the microphone, and shows what is said", async () => {
  // So that the test can type and see what the microphone sends.
  const { page, complaints } = await open((script) =>
    script
      .replace("const connection =", "const connection = window.connection =")
      .replace(
        "(samples) => connection.sendAudio(samples)",
        "(samples) => { window.sent = connection.sendAudio(samples) && samples.length; }",
      ),
  );
  await joined(page);
  assert.ok(await say(page, "Good morning"));
  await page.getByText("Ana: Good morning").waitFor(PATIENCE);
  await page.getByRole("button", { name: "Talk" }).click();
  await page.waitForFunction(() => (globalThis as unknown as Plain).sent === 320, undefined, PATIENCE);
  assert.deepEqual(complaints, []);
  await page.close();
});

test("after a reload the session goes on where it was, with everything that was said", async () => {
  const keep = (script: string): string =>
    script
      .replace("const connection =", "const connection = window.connection =")
      .replace(
        "config: {",
        'resume: JSON.parse(sessionStorage.getItem("handle") ?? "null") ?? undefined,\n    config: {',
      )
      .replace(
        "events: {",
        'events: {\n      session: (handle) => sessionStorage.setItem("handle", JSON.stringify({ ...handle, lastSeq: 0 })),',
      );
  const { page, complaints } = await open(keep);
  const first = await joined(page);
  assert.ok(await say(page, "Before the reload"));
  await page.getByText("Before the reload").waitFor(PATIENCE);
  await page.reload();
  await page.getByText("Before the reload").waitFor(PATIENCE);
  assert.equal(await joined(page), first);
  assert.deepEqual(complaints, []);
  await page.close();
});
