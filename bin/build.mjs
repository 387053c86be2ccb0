import { spawn } from "node:child_process";
import { once } from "node:events";
import { utimesSync } from "node:fs";
import { join } from "node:path";
import { isFresh } from "./stale.mjs";

/** What `next build` reads. */
const SOURCES = [
  "app",
  "components",
  "lib",
  "next.config.ts",
  "postcss.config.mjs",
  "tsconfig.json",
  "package-lock.json",
];

/** Builds the dashboard unless its build is newer than every source; false when the build failed. */
export async function buildStale(root) {
  const buildId = join(root, ".next", "BUILD_ID");
  if (isFresh(root, buildId, SOURCES)) return true;
  console.log("Building the dashboard; this takes a minute or two.");
  const next = join(root, "node_modules", "next", "dist", "bin", "next");
  const from = new Date();
  const build = spawn(process.execPath, [next, "build"], { cwd: root, stdio: "inherit" });
  const [status] = await once(build, "exit");
  // Dated at its beginning, so that what was edited meanwhile makes it stale.
  if (status === 0) utimesSync(buildId, from, from);
  return status === 0;
}
