import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  resolve: { alias: { "@": fileURLToPath(new URL(".", import.meta.url)) } },
  test: {
    include: ["{app,bench,components,lib,bin,e2e}/**/*.test.{ts,tsx}"],
    globalSetup: "./e2e/test-network.ts",
    // Real servers, a real chain and a real database answer slower than mocks, never wrongly.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Two more than the cores it is meant for: much of what is tested is waiting.
    maxWorkers: 4,
  },
});
