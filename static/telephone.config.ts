// Builds the telephone of `interpres emulate acs` into static/dist/.telephone (part of `npm run build`): a page of its own, which
// the emulator serves under /_emulator/telephone. The dot keeps it from being served by Interpres itself.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
  publicDir: false,
  base: "/_emulator/telephone/",
  build: {
    outDir: here("dist/.telephone"),
    target: "es2023",
    // What is inlined would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: false,
    rolldownOptions: { input: here("telephone.html") },
  },
});
