import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

/** Runs `npm ci` in a folder unless what is installed there is exactly what its lockfile says. */
export function installMissing(folder) {
  if (isInstalled(folder)) return;
  console.log(
    `Installing what ${join(folder, "package-lock.json")} names; the first time takes about a minute.`,
  );
  // npm sets npm_execpath for its scripts; its own shell lookup differs between systems.
  const npm = process.env.npm_execpath ? [process.execPath, process.env.npm_execpath] : ["npm"];
  const [file, ...args] = [...npm, "ci", "--include=dev", "--no-fund", "--no-audit"];
  const { status } = spawnSync(file, args, { cwd: folder, stdio: "inherit" });
  if (status !== 0) {
    console.error("`npm ci` failed; what it said is above.");
    process.exit(1);
  }
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
