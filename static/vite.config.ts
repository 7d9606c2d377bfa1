// Builds the pages into static/dist, which the server embeds: `npm run build`; `npm run dev` serves them while they are
// written, with API and WebSocket passed on to a server on port 3000 (or INTERPRES_ADDRESS).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";
import { compressed } from "./build/compressed.ts";
import { emptyDist } from "./build/empty-dist.ts";
import { pagePreloads } from "./build/page-preloads.ts";

const server = process.env.INTERPRES_ADDRESS ?? "http://127.0.0.1:3000";

export default defineConfig({
  plugins: [react(), emptyDist(), pagePreloads(), compressed()],
  html: { cspNonce: "__CSP_NONCE__" },
  build: {
    outDir: "dist",
    // `emptyDist` does it, and leaves .gitkeep.
    emptyOutDir: false,
    target: "es2023",
    // What is inlined would need `data:` in the content security policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 400,
    rolldownOptions: {
      output: {
        codeSplitting: {
          // Few files: over a slow line each costs a way there and back. What our pages stand on changes seldom, so a
          // visitor of an earlier release has it already.
          groups: [
            {
              name: "react",
              test: /node_modules\/(react|react-dom|scheduler|react-router|react-redux|redux|@reduxjs|immer|reselect)\//,
            },
            {
              name: "interface",
              test: /node_modules\/(@mui|@emotion|@popperjs|stylis|react-transition-group|i18next|react-i18next|react-hotkeys-hook)\//,
            },
            { name: "shared", test: /static\/src\/(parts|client|api|app)\//, minShareCount: 2 },
          ],
        },
      },
    },
  },
  server: {
    proxy: Object.fromEntries(
      ["/api", "/ws", "/openapi.json", "/asyncapi.json", "/docs"].map((path) => [path, { target: server, ws: true }]),
    ),
  },
});
