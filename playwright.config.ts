import { defineConfig } from "@playwright/test";
import { findChromium } from "./e2e/chromium";

export default defineConfig({
  testDir: "e2e",
  testMatch: "*.e2e.ts",
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
