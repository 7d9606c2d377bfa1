// After every test: nothing rendered, kept by the browser or put in a function's place is left for the next one.
import "@testing-library/jest-dom/vitest";
import { cleanup, configure } from "@testing-library/react";
import { afterEach, vi } from "vitest";

// What a test waits for comes when it comes, on a machine that has much else to do; without it the test fails late.
configure({ asyncUtilTimeout: 10_000 });

afterEach(() => {
  cleanup();
  vi.restoreAllMocks();
  localStorage.clear();
  sessionStorage.clear();
});
