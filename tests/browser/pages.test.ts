// What surrounds the rooms: the overview, the test page, addresses, keys, and what the browser is allowed to do.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

let server: Server;
before(async () => {
  server = await Server.start();
});
after(async () => {
  await server.stop();
});

test("the overview shows a room and what is said in it as it is said", async () => {
  const [ben, ana, operator] = await Promise.all([
    Visitor.arrive(server.address),
    Visitor.arrive(server.address),
    Visitor.arrive(server.address, { path: "/" }),
  ]);
  try {
    await operator.page
      .getByText(/All is well|healthy/iu)
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    await ana.join({ name: "Ana", room: "watched", speaks: "Spanish", hears: "Spanish" });
    await ben.join({ name: "Ben", room: "watched", speaks: "English", hears: "English" });
    const card = operator.page.getByRole("link", { name: /watched/u }).first();
    await card.waitFor({ timeout: PATIENCE_MS });
    await ben.type("Good morning");
    await operator.page.getByText("Good morning").first().waitFor({ timeout: PATIENCE_MS });
    await operator.page
      .getByText(/buenos días/iu)
      .first()
      .waitFor({ timeout: PATIENCE_MS });
    await card.click();
    await operator.page.getByRole("button", { name: "Join the room" }).waitFor();
    assert.equal(new URL(operator.page.url()).pathname, "/rooms/watched");
    assert.deepEqual(operator.complaints, []);
  } finally {
    await Promise.all([ben.leave(), ana.leave(), operator.leave()]);
  }
});

test("every address of the navigation can be opened directly, and an unknown one says so", async () => {
  const ben = await Visitor.arrive(server.address, { path: "/" });
  try {
    const links = ben.page.getByRole("navigation", { name: "Main" }).getByRole("link");
    await links.first().waitFor();
    const paths = await links.evaluateAll((found) => found.map((link) => link.getAttribute("href") ?? ""));
    assert.ok(paths.length >= 12, `${paths.length} places`);
    for (const path of paths) {
      const answer = await ben.page.goto(server.address + path);
      assert.equal(answer?.status(), 200, path);
      await ben.page.getByRole("main").locator("h2, p, form").first().waitFor();
    }
    assert.deepEqual(ben.complaints, []);
    assert.equal((await ben.page.goto(`${server.address}/nowhere`))?.status(), 404);
    await ben.page.getByText("There is nothing at this address").waitFor();
  } finally {
    await ben.leave();
  }
});

test("a page may run nothing but its own files, and asks nobody else", async () => {
  const ben = await Visitor.arrive(server.address);
  try {
    const policy = (await ben.page.goto(`${server.address}/rooms`))?.headers()["content-security-policy"] ?? "";
    assert.match(policy, /default-src 'self'/u);
    assert.doesNotMatch(policy, /unsafe/u);
    await ben.page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
    assert.deepEqual(ben.complaints, []);
    const ran = await ben.page.evaluate(() => {
      const script = document.createElement("script");
      script.textContent = "globalThis.injected = true";
      document.body.append(script);
      return "injected" in globalThis;
    });
    assert.equal(ran, false, "a script that was slipped in does not run");
    const foreign = ben.requests.filter((url) => new URL(url).origin.replace(/^ws/u, "http") !== server.address);
    assert.deepEqual(foreign, []);
  } finally {
    await ben.leave();
  }
});

test("the test page sends any message and shows what comes back", async () => {
  const ben = await Visitor.arrive(server.address, { path: "/websocket-test" });
  try {
    const { page } = ben;
    await page.getByRole("button", { name: "Connect", exact: true }).click();
    await page.getByText("connected").first().waitFor({ timeout: PATIENCE_MS });
    await page.getByRole("combobox", { name: "Type" }).first().click();
    await page.getByRole("option", { name: "ping", exact: true }).click();
    await page.getByRole("button", { name: "Send", exact: true }).click();
    await page.getByText("pong").first().waitFor({ timeout: PATIENCE_MS });
    assert.deepEqual(ben.complaints, []);
  } finally {
    await ben.leave();
  }
});

test("a server with keys lets in who has one, by page, REST and WebSocket, and nobody else", async () => {
  const keyed = await Server.start(
    "auth: { keys: [{ key: key-of-berta-0123456789, role: operator, subject: berta }] }",
  );
  const berta = await Visitor.arrive(keyed.address);
  try {
    const { page } = berta;
    await page.getByLabel("Key or token").fill("wrong");
    await page.getByRole("button", { name: "Go on" }).click();
    await page.getByText("does not know this key").waitFor();
    await page.getByLabel("Key or token").fill("key-of-berta-0123456789");
    await page.getByRole("button", { name: "Go on" }).click();
    await berta.join({ name: "Berta", room: "keyed", speaks: "English", hears: "English" });
    await berta.type("I have a key");
    await berta.captions("source", "final", /I have a key/u).waitFor({ timeout: PATIENCE_MS });
    await page.getByRole("button", { name: /Sign out/u }).click();
    await page.getByLabel("Key or token").waitFor();
  } finally {
    await berta.leave();
    await keyed.stop();
  }
});
