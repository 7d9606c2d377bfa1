// The tests beside the sources, in Debian's Chromium: audio, microphone (a fake device), WebSocket and storage are real.
import react from "@vitejs/plugin-react";
import { playwright } from "@vitest/browser-playwright";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL(".", import.meta.url)),
  plugins: [react()],
  // All of them before the first test, and anew each time, as a source may have got another import since the last: what is
  // found only later reloads the page, and the tests in it.
  optimizeDeps: { entries: ["src/**/*.{ts,tsx}"], force: true },
  test: {
    include: ["src/**/*.test.{ts,tsx}"],
    // What hangs fails all the same; a slow machine does not.
    testTimeout: 60_000,
    setupFiles: ["src/testing/setup.ts"],
    coverage: {
      provider: "v8",
      include: ["src/**/*.{ts,tsx}"],
      // Entry points run only in the built page (tests/browser); types and texts have no code.
      exclude: [
        "src/main.tsx",
        "src/telephone/main.ts",
        "src/testing/**",
        "src/**/*.test.{ts,tsx}",
        "src/client/contract/**",
      ],
      reporter: ["text-summary"],
      thresholds: { statements: 90, branches: 85, functions: 90, lines: 90 },
    },
    browser: {
      enabled: true,
      headless: true,
      screenshotFailures: false,
      viewport: { width: 1280, height: 800 },
      provider: playwright({
        launchOptions: {
          executablePath: "/usr/bin/chromium",
          args: [
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--use-fake-device-for-media-stream",
            "--use-fake-ui-for-media-stream",
            "--autoplay-policy=no-user-gesture-required",
          ],
        },
      }),
      instances: [{ browser: "chromium" }],
    },
  },
});
