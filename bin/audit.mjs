import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { npmCommand } from "./install.mjs";
import { KNOWN_HOLES } from "./known-holes.mjs";

/**
 * Looks for dependencies with known holes in a folder's lockfile: in the registry's advisories, and, because a registry may
 * be out of reach or may not tell, always in our own list too. `asked` says whether the registry told.
 */
export function auditDependencies(folder) {
  const registry = askRegistry(folder);
  return {
    asked: registry.asked,
    sentences: [...registry.holes, ...holesIn(readPackages(folder))],
    why: registry.why,
  };
}

/** The holes of our list in the packages of a lockfile, one sentence each. */
export function holesIn(packages) {
  return Object.entries(packages).flatMap(([path, { name = path.split("node_modules/").pop(), version }]) => {
    return KNOWN_HOLES.filter((hole) => hole.name === name && isBelow(version, hole.fixedIn)).map(
      ({ advisory, fixedIn }) => `${name} ${version} has ${advisory}, mended in ${fixedIn}`,
    );
  });
}

/** What `npm audit --json` printed, as holes or as the reason why nothing is known. */
export function readReport(text) {
  const report = parse(text);
  if (report?.auditReportVersion === undefined) {
    const why = report?.message ?? report?.error?.summary ?? "it gave no report";
    return { asked: false, holes: [], why: String(why).split("\n")[0] };
  }
  const holes = Object.values(report.vulnerabilities).map(({ name, severity, range, via }) => {
    const titles = via.map((cause) =>
      typeof cause === "string" ? `through ${cause}` : `${cause.title} ${cause.url}`,
    );
    return `${name} ${range} (${severity}): ${titles.join("; ")}`;
  });
  return { asked: true, holes, why: "" };
}

function askRegistry(folder) {
  const [file, ...args] = [...npmCommand(), "audit", "--json", "--fetch-retries=0", "--fetch-timeout=20000"];
  const { stdout } = spawnSync(file, args, { cwd: folder, encoding: "utf8" });
  return readReport(stdout ?? "");
}

function readPackages(folder) {
  return JSON.parse(readFileSync(join(folder, "package-lock.json"), "utf8")).packages;
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Compares two versions by their three numbers. */
function isBelow(version = "", limit = "") {
  const [ours, theirs] = [version, limit].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
  const at = ours.findIndex((part, place) => part !== theirs[place]);
  return at !== -1 && ours[at] < theirs[at];
}
