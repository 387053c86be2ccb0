import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Runs `npm ci` in a folder unless what is installed there is exactly what its lockfile says. No package runs a script of
 * its own then, but those that package.json allows to (a worm's first step is such a script).
 */
export function installMissing(folder) {
  if (isInstalled(folder)) return;
  console.log(
    `Installing what ${join(folder, "package-lock.json")} names; the first time takes about a minute.`,
  );
  npm(folder, "ci", "--include=dev", "--ignore-scripts", "--no-fund", "--no-audit");
  const allowed = allowedToRun(folder);
  if (allowed.length > 0) npm(folder, "rebuild", ...allowed);
}

/** How npm is called. It sets npm_execpath for its scripts; its own shell lookup differs between systems. */
export function npmCommand() {
  return process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
}

function npm(folder, ...args) {
  const [file, ...before] = npmCommand();
  // .npmrc makes npm silent for what our commands print; what it has to say here must be heard.
  const heard = [...before, ...args, "--loglevel=notice"];
  const { status } = spawnSync(file, heard, { cwd: folder, stdio: "inherit" });
  if (status === 0) return;
  console.error(`\`npm ${args[0]}\` failed; what it said is above.`);
  process.exit(1);
}

/** The packages that are here and may run a script when they are installed. */
function allowedToRun(folder) {
  const { allowScripts = {} } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const installed = Object.keys(packagesOf(join(folder, "node_modules", ".package-lock.json")));
  return Object.keys(allowScripts).filter(
    (name) => allowScripts[name] && installed.some((path) => path.endsWith(`node_modules/${name}`)),
  );
}

function isInstalled(folder) {
  const locked = packagesOf(join(folder, "package-lock.json"));
  const installed = packagesOf(join(folder, "node_modules", ".package-lock.json"));
  const names = Object.keys(locked).filter((path) => path !== "");
  return names.length > 0 && names.every((path) => isAsLocked(locked[path], installed[path]));
}

function isAsLocked(locked, installed) {
  // Packages for other systems are rightly missing here.
  return installed ? installed.version === locked.version : Boolean(locked.optional || locked.extraneous);
}

function packagesOf(lockfile) {
  try {
    return JSON.parse(readFileSync(lockfile, "utf8")).packages;
  } catch {
    return {};
  }
}
