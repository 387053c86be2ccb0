// Runs on a fresh clone: until what is missing is installed, nothing but Node itself may be imported.
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStale } from "./build.mjs";
import { installMissing } from "./install.mjs";
import { loadProgram } from "./program.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dev = process.argv.includes("--dev");
if (process.env.FAREBOX_DATA_DIR) process.env.FAREBOX_DATA_DIR = resolve(process.env.FAREBOX_DATA_DIR);
process.chdir(root);
process.env.NODE_ENV = dev ? "development" : "production";
process.env.NEXT_TELEMETRY_DISABLED = "1";

installMissing(root);
const { default: nextEnv } = await import("@next/env");
nextEnv.loadEnvConfig(root, dev);
const { main } = await loadProgram(root, "lib/server/main.ts");
await main({ dev, build: () => buildStale(root) });
