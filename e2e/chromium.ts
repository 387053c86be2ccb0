import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { chromium, type LaunchOptions } from "@playwright/test";

const SYSTEM = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** Nothing but the stories may use the network, and containers have neither a sandbox nor much shared memory. */
const ARGS = [
  "--no-sandbox",
  "--disable-dev-shm-usage",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--no-first-run",
  "--disable-quic",
];

/** Finds a Chromium: Playwright's own, the system's, or the one an npm package carries. */
export async function findChromium(): Promise<LaunchOptions> {
  if (existsSync(chromium.executablePath())) return { args: ARGS };
  const system = SYSTEM.find((path) => existsSync(path));
  if (system) return { executablePath: system, args: ARGS };
  return { ...(await unpackedChromium()), args: ARGS };
}

async function unpackedChromium(): Promise<LaunchOptions> {
  const folder = resolve("node_modules", ".cache", "chromium");
  mkdirSync(folder, { recursive: true });
  // The package unpacks into the temporary folder, and its libraries only where it believes to be on AWS Lambda.
  const { TMPDIR, AWS_LAMBDA_JS_RUNTIME, LD_LIBRARY_PATH, FONTCONFIG_PATH } = process.env;
  Object.assign(process.env, { TMPDIR: folder, AWS_LAMBDA_JS_RUNTIME: "nodejs20.x" });
  const { default: carried } = await import("@sparticuz/chromium");
  const executablePath = await carried.executablePath();
  for (const [name, value] of Object.entries({
    TMPDIR,
    AWS_LAMBDA_JS_RUNTIME,
    LD_LIBRARY_PATH,
    FONTCONFIG_PATH,
  })) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
  const starts = spawnSync(executablePath, ["--version"]).status === 0;
  if (starts) return { executablePath };
  return { executablePath, env: { LD_LIBRARY_PATH: join(folder, "al2023", "lib") } };
}
