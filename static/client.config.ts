// Builds the client library for other people's programs into static/dist/client (part of `npm run build`): one ES module
// without dependencies, and beside it the worklet that it loads, found from the module's own address.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: false,
  // Relative: the two files may lie anywhere, side by side.
  base: "./",
  plugins: [
    {
      name: "types-beside",
      generateBundle() {
        // `tsc` writes what this leads to.
        const source = 'export * from "./types/index.ts";\n';
        this.emitFile({ type: "asset", fileName: "interpres-client.d.ts", source });
      },
    },
  ],
  worker: { rolldownOptions: { output: { entryFileNames: "[name].js" } } },
  build: {
    outDir: here("dist/client"),
    target: "es2023",
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: {
      input: { "interpres-client": here("src/client/index.ts") },
      preserveEntrySignatures: "strict",
      output: { entryFileNames: "[name].js", assetFileNames: "[name][extname]" },
    },
  },
});
