// The client library as another program uses it: the built files in a plain page, without a framework, under the server's
// own content security policy. The page is the example of the library's description.
import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { ServerResponse } from "node:http";
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
let site: Site;

before(async () => {
  server = await Server.start();
  site = new Site();
  await site.start();
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
  await site.stop();
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

/** The example on a site of its own, with the built library beside it and the policy of the server's pages. */
async function open(change: (script: string) => string): Promise<{ page: Page; complaints: string[] }> {
  const { markup, script } = await example();
  const home = await fetch(server.address);
  const policy = home.headers.get("content-security-policy") ?? "";
  assert.match(policy, /connect-src 'self'/u);
  const elsewhere = script.replace("socketTo()", `socketTo({ address: "${server.address}" })`);
  site.files = new Map([
    ["/", { kind: "text/html", content: markup }],
    ["/plain.js", { kind: "text/javascript", content: change(elsewhere) }],
  ]);
  site.policy = policy.replace("connect-src 'self'", `connect-src 'self' ${server.address.replace("http", "ws")}`);
  const page = await browser.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(String(error)));
  await page.goto(site.address);
  return { page, complaints };
}

/** Another program's site: serves a page of its own, and the two files of the library. */
class Site {
  files = new Map<string, { kind: string; content: string }>();
  policy = "";
  address = "";
  readonly #listener = createServer((request, response) => {
    void this.#answer(request.url ?? "/", response);
  });

  async start(): Promise<void> {
    this.#listener.listen(0, "127.0.0.1");
    await once(this.#listener, "listening");
    const at = this.#listener.address();
    assert.ok(typeof at === "object" && at !== null);
    this.address = `http://127.0.0.1:${at.port}/`;
  }

  async stop(): Promise<void> {
    this.#listener.closeAllConnections();
    this.#listener.close();
    await once(this.#listener, "close");
  }

  async #answer(path: string, response: ServerResponse): Promise<void> {
    const name = /^\/client\/(?<name>[a-z-]+\.js)$/u.exec(path)?.groups?.name;
    const file =
      name === undefined
        ? this.files.get(path)
        : {
            kind: "text/javascript",
            content: await readFile(new URL(`../../static/dist/client/${name}`, import.meta.url), "utf8"),
          };
    // Browsers ask for a picture of the site by themselves.
    if (file === undefined) response.writeHead(path === "/favicon.ico" ? 204 : 404).end();
    else {
      const headers = { "content-type": file.kind, "content-security-policy": this.policy };
      response.writeHead(200, headers).end(file.content);
    }
  }
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
