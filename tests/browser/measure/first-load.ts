// How long a first visit takes over a slow line and on a slow device: `npm run measure`, on a built server
// (INTERPRES_BINARY, else the quick profile's). Prints a table; docs/performance.md holds the figures of the last release.
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import type { Browser } from "playwright-core";

process.env.INTERPRES_BINARY ??= fileURLToPath(new URL("../../../target/quick/interpres", import.meta.url));
const { Server } = await import("../server.ts");

/** The presets of Chromium's developer tools (devtools-frontend, SDK.NetworkManager): bytes a second, milliseconds. */
const LINES = {
  "fast 4G": { downloadThroughput: (9_000_000 / 8) * 0.9, uploadThroughput: (1_500_000 / 8) * 0.9, latency: 60 * 2.75 },
  "slow 4G": { downloadThroughput: (1_600_000 / 8) * 0.9, uploadThroughput: (750_000 / 8) * 0.9, latency: 150 * 3.75 },
};
/** The developer tools' "mid-tier mobile". */
const CPU_SLOWDOWN = 4;
const VISITS = 7;

/** Pages, and what has to be there for a person to begin. */
const PAGES = {
  "/rooms": "main form button[type=submit]",
  "/": "main h2",
  "/websocket-test": "main form",
};

interface Visit {
  usable: number;
  kilobytes: number;
  requests: number;
}

const server = await Server.start();
const browser = await chromium.launch({
  executablePath: "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"],
});
try {
  console.log(`median (worst) of ${VISITS} first visits, CPU slowed ${CPU_SLOWDOWN} times`);
  console.log("line     page             usable ms       kB sent  requests");
  for (const [line, conditions] of Object.entries(LINES)) {
    for (const [path, usable] of Object.entries(PAGES)) {
      const visits: Visit[] = [];
      for (let number = 0; number < VISITS; number += 1) visits.push(await visit(browser, conditions, path, usable));
      const shown = (what: keyof Visit) => {
        const sorted = visits.map((one) => one[what]).sort((one, other) => one - other);
        return `${String(Math.round(sorted[VISITS >> 1] ?? 0))} (${String(Math.round(sorted.at(-1) ?? 0))})`;
      };
      const [first] = visits;
      console.log(
        [
          line.padEnd(8),
          path.padEnd(16),
          shown("usable").padEnd(15),
          String(Math.round(first?.kilobytes ?? 0)).padEnd(8),
          first?.requests,
        ].join(" "),
      );
    }
  }
} finally {
  await browser.close();
  await server.stop();
}

/** One visit with nothing kept from an earlier one. */
async function visit(
  browser: Browser,
  conditions: (typeof LINES)[keyof typeof LINES],
  path: string,
  usable: string,
): Promise<Visit> {
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const tools = await context.newCDPSession(page);
    await tools.send("Network.enable");
    await tools.send("Network.emulateNetworkConditions", { offline: false, ...conditions });
    await tools.send("Emulation.setCPUThrottlingRate", { rate: CPU_SLOWDOWN });
    let bytes = 0;
    let requests = 0;
    tools.on("Network.loadingFinished", ({ encodedDataLength }) => {
      bytes += encodedDataLength;
      requests += 1;
    });
    await page.goto(server.address + path, { waitUntil: "commit" });
    await page.locator(usable).first().waitFor();
    const usableAt = await page.evaluate<number>("performance.now()");
    return { usable: usableAt, kilobytes: bytes / 1_000, requests };
  } finally {
    await context.close();
  }
}
