import { readdirSync, statSync } from "node:fs";
import { extname, join } from "node:path";

/** Whether a file was made after every one of these sources, files or folders, last changed; tests are none. */
export function isFresh(root, file, sources) {
  return timeOf(file) > Math.max(...sources.flatMap((name) => filesOf(join(root, name))).map(timeOf));
}

function filesOf(path) {
  if (extname(path) !== "") return [path];
  return readdirSync(path, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.name.endsWith(".test.ts"))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

function timeOf(path) {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
