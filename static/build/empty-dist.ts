// Empties static/dist before a build but for .gitkeep: the folder must exist in a fresh clone for the server to compile
// without built pages.
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Plugin } from "vite";

export function emptyDist(): Plugin {
  return {
    name: "empty-dist",
    apply: "build",
    configResolved: async (config) => {
      const folder = join(config.root, config.build.outDir);
      await mkdir(folder, { recursive: true });
      for (const name of await readdir(folder)) {
        if (name !== ".gitkeep") await rm(join(folder, name), { recursive: true });
      }
    },
  };
}
