// Bundles the page into static/dist, which the server embeds: `npm run build`, or `npm run build -- --watch`.
import { context } from "esbuild";
import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = `${here}dist/`;
const watching = process.argv.includes("--watch");

// .gitkeep stays: the folder must exist in a fresh clone for the server to compile without a built page.
await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) {
  if (name !== ".gitkeep") await rm(dist + name, { recursive: true });
}
for (const name of ["index.html", "favicon.svg"]) await cp(here + name, dist + name);

const bundles = await context({
  // The worklet is a file of its own: a browser loads it by address into the audio thread.
  entryPoints: {
    page: `${here}src/page/main.ts`,
    "microphone-worklet": `${here}src/audio/microphone-worklet.ts`,
    style: `${here}style/style.css`,
  },
  outdir: `${dist}assets`,
  bundle: true,
  format: "esm",
  target: ["es2022"],
  minify: !watching,
  sourcemap: watching,
  legalComments: "none",
  logLevel: "warning",
});

if (watching) {
  await bundles.watch();
  console.log("static/dist is rebuilt at every change; stop with Ctrl-C");
} else {
  await bundles.rebuild();
  await bundles.dispose();
  console.log("static/dist is built");
}
