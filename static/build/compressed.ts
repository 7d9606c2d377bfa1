// Puts a `.br` and a `.gz` beside each text file of the build, which the server sends to who takes them: compressed once and
// as well as can be, instead of at each request.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { extname, join } from "node:path";
import { promisify } from "node:util";
import { brotliCompress, constants, gzip } from "node:zlib";
import type { Plugin } from "vite";

const KINDS = new Set([".js", ".css", ".svg"]);
/** Below it the headers outweigh what is saved. */
const LEAST_BYTES = 1_000;

const compress = {
  br: (bytes: Buffer) =>
    promisify(brotliCompress)(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } }),
  gz: (bytes: Buffer) => promisify(gzip)(bytes, { level: constants.Z_BEST_COMPRESSION }),
};

export function compressed(): Plugin {
  let folder = "";
  return {
    name: "compressed",
    apply: "build",
    configResolved: (config) => {
      folder = join(config.root, config.build.outDir);
    },
    closeBundle: async () => {
      for (const name of await readdir(folder, { recursive: true })) {
        if (!KINDS.has(extname(name))) continue;
        const file = join(folder, name);
        const bytes = await readFile(file);
        if (bytes.length < LEAST_BYTES) continue;
        for (const [ending, made] of Object.entries(compress)) await writeFile(`${file}.${ending}`, await made(bytes));
      }
    },
  };
}
