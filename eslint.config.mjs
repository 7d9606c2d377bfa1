// One set of rules for the pages, the client library and the browser tests: typescript-eslint's strictest, with types.
import js from "@eslint/js";
import { defineConfig, globalIgnores } from "eslint/config";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default defineConfig(
  globalIgnores(["static/dist/", "static/src/client/contract/", "target/", "node_modules/", "data/"]),
  js.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    extends: [tseslint.configs.strictTypeChecked, tseslint.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/restrict-template-expressions": ["error", { allowNumber: true }],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
    },
  },
  { files: ["static/src/**/*.{ts,tsx}"], extends: [reactHooks.configs.flat["recommended-latest"]] },
  {
    // A question without an argument is `build.query<Answer, void>`, as Redux Toolkit's types want it.
    files: ["static/src/api/*.ts", "static/src/pages/**/*.ts"],
    rules: { "@typescript-eslint/no-invalid-void-type": "off" },
  },
  {
    // The client library stands alone: it knows nothing of the pages, nor of React.
    files: ["static/src/client/**/*.ts"],
    ignores: ["**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^(?!\\.)", message: "the client library needs nothing but the browser" }, { regex: "/(app|api|i18n|pages|parts)/" }] },
      ],
    },
  },
  {
    files: ["tests/browser/**/*.ts", "static/contract/*.test.ts"],
    rules: {
      // `test(...)` of node:test returns a promise that the runner itself waits for.
      "@typescript-eslint/no-floating-promises": [
        "error",
        { allowForKnownSafeCalls: [{ from: "package", name: ["test", "describe", "it", "suite"], package: "node:test" }] },
      ],
    },
  },
  { files: ["**/*.mjs"], languageOptions: { globals: globals.node } },
);
