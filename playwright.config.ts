import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/chromium";

export default defineConfig({
  testDir: "e2e",
  // Replicas start and stop six processes at a time: nobody else should have to wait for those.
  projects: [
    { name: "stories", testMatch: "*.e2e.ts", testIgnore: "replicas.e2e.ts" },
    { name: "replicas", testMatch: "replicas.e2e.ts", dependencies: ["stories"] },
  ],
  globalSetup: "./e2e/global-setup.ts",
  outputDir: "test-results",
  // Two cores, shared with the instance under test and its chain.
  workers: 2,
  timeout: 60_000,
  expect: { timeout: 10_000 },
  // A story that passes only sometimes is broken.
  retries: 0,
  forbidOnly: true,
  reporter: [["list"]],
  use: { launchOptions: await findChromium(), screenshot: "only-on-failure", timezoneId: "UTC" },
});
