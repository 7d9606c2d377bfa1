// Takes the pictures of the README, of a server with people in its rooms: `npm run photograph`.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Relay } from "./relay.ts";
import { CallsEmulator, RealtimeEmulator, Server } from "./server.ts";
import { PATIENCE_MS, recordingOf, Visitor } from "./visitor.ts";

const folder = process.env.SCREENSHOTS ?? fileURLToPath(new URL("../../docs/img", import.meta.url));
const SIZE = { width: 1280, height: 800 };
const TALL = { width: 1280, height: 900 };
const TALK: readonly [speaker: number, text: string][] = [
  [0, "Good morning, shall we begin?"],
  [1, "Buenos días. Sí, ya estamos todos."],
  [2, "Bonjour à tous, je suis à la gare."],
  [0, "The first question is where we meet tomorrow."],
  [1, "Nos vemos en la estación a las ocho."],
];

await mkdir(folder, { recursive: true });
const server = await Server.start();
try {
  for (const look of ["light", "dark"] as const) await photograph(look);
} finally {
  await server.stop();
}
for (const look of ["light", "dark"] as const) await photographCalls(look);

async function photograph(look: "light" | "dark"): Promise<void> {
  const shot = (visitor: Visitor, name: string) => visitor.page.screenshot({ path: `${folder}/${name}-${look}.png` });
  const people = await Promise.all([
    Visitor.arrive(server.address, { look, ...SIZE }),
    Visitor.arrive(server.address),
    Visitor.arrive(server.address),
  ]);
  const operator = await Visitor.arrive(server.address, { look, ...SIZE, path: "/" });
  try {
    await people[0].page.getByRole("button", { name: "Join the room", disabled: false }).waitFor();
    await people[0].page.getByLabel("Your name").fill("Ben");
    await shot(people[0], "entrance");
    const room = `planning-${look}`;
    const choices = [
      { name: "Ben", room, speaks: "English", hears: "English" },
      { name: "Ana", room, speaks: "Spanish", hears: "Spanish" },
      { name: "Chloé", room, speaks: "French", hears: "Spanish" },
    ];
    for (const [number, choice] of choices.entries()) await people[number]?.join(choice);
    for (const [number, [speaker, text]] of TALK.entries()) {
      await people[speaker]?.type(text);
      await people[0].page
        .locator("[data-side=source][data-state=final]")
        .nth(number)
        .waitFor({ timeout: PATIENCE_MS });
    }
    await people[0].captions("translation", "final", /\p{L}/u).nth(2).waitFor({ timeout: PATIENCE_MS });
    // Long enough for the figures to have some points, and for what was said to have been spoken.
    await people[0].page.waitForTimeout(12_000);
    await shot(people[0], "room");
    await shot(operator, "overview");
    await operator.page.goto(`${server.address}/websocket-test`);
    await operator.page.getByRole("button", { name: "Connect", exact: true }).click();
    await operator.page.getByRole("button", { name: /Join a room and say something/u }).click();
    await operator.page.waitForTimeout(3_000);
    await shot(operator, "websocket-test");
  } finally {
    await Promise.all([...people, operator].map((visitor) => visitor.leave()));
  }
}

/** A server that is called: one caller is interpreted, two wait, and one was hung up. */
async function photographCalls(look: "light" | "dark"): Promise<void> {
  const recording = await recordingOf("/usr/share/pocketsphinx/test/data/goforward.raw");
  const relay = await Relay.to();
  const engine = await RealtimeEmulator.start();
  const telephone = await CallsEmulator.start(relay.address);
  const called = await Server.start(`
${telephone.settings}
engines:
  default: azure-translate
  azure_openai: { endpoint: "${engine.address}", api_key: ${RealtimeEmulator.KEY} }
`);
  relay.lead(called.port);
  const operator = await Visitor.arrive(called.address, { look, ...TALL, path: "/calls" });
  const ana = await Visitor.arrive(called.address);
  try {
    const { page } = operator;
    const call = async (display_name: string, identifier: string) => {
      await telephone.call({ identifier, display_name, wav: recording.path, language: "en", repeat: true });
      await cards("Waiting for somebody", display_name).waitFor({ timeout: PATIENCE_MS });
    };
    const cards = (list: string, name: string) =>
      page.getByRole("list", { name: list }).getByRole("listitem").filter({ hasText: name });
    await page.getByText("Nobody is on the phone").waitFor({ timeout: PATIENCE_MS });
    await call("Olga Petrova", "+14255550177");
    await page.getByRole("button", { name: "Hang up" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Hang up" }).click();
    await cards("Over lately", "Olga").waitFor({ timeout: PATIENCE_MS });

    await ana.join({ name: "Ana", room: "front-desk", speaks: "Spanish", hears: "Spanish" });
    await call("Ben Carter", "+14255550123");
    await page.getByRole("button", { name: "Attach…" }).click();
    await page.getByRole("combobox", { name: "With whom, or where" }).click();
    await page.getByRole("option", { name: "front-desk · 1 person" }).click();
    await page.getByRole("button", { name: "Bring together" }).click();
    await cards("On the line", "Ben")
      .getByText(/\$0\.0\d+/u)
      .waitFor({ timeout: PATIENCE_MS });
    await call("Wanda Meyer", "+14255550144");
    await call("Tomás Silva", "+14255550155");
    await page.waitForTimeout(8_000);
    await page.screenshot({ path: `${folder}/calls-${look}.png` });
  } finally {
    await Promise.all([operator.leave(), ana.leave()]);
    await called.stop();
    await telephone.stop();
    await engine.stop();
    await relay.close();
    await recording.remove();
  }
}
