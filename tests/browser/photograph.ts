// Takes the pictures of the README, of a server with people in its rooms: `npm run photograph`.
import { mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Server } from "./server.ts";
import { PATIENCE_MS, Visitor } from "./visitor.ts";

const folder = process.env.SCREENSHOTS ?? fileURLToPath(new URL("../../docs/img", import.meta.url));
const SIZE = { width: 1280, height: 800 };
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
