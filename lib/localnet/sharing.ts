import { mkdir, open, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { isAlive } from "./processes";

/** Longer than any start takes: a lock older than this belongs to a process whose id somebody else has now. */
const LOCK_MS = 120_000;

/** A process's part in a local network that several processes of this machine may use at once. */
export interface Share {
  /** Whether no other process used the network when this one came. */
  first: boolean;
  /** Lets the next process start. */
  started(): Promise<void>;
  /** Gives the share back; true when no other process uses the network any more, so that it may end. */
  leave(): Promise<boolean>;
}

/** Waits until no other process is starting the network of this data folder, and takes part in it. */
export async function takeShare(dataDir: string): Promise<Share> {
  const users = join(dataDir, "users");
  const lock = join(dataDir, "start.lock");
  const own = join(users, String(process.pid));
  await mkdir(users, { recursive: true });
  await takeLock(lock);
  const first = (await othersAlive(users)) === 0;
  await writeFile(own, "");
  return {
    first,
    started: () => rm(lock, { force: true }),
    async leave() {
      await rm(own, { force: true });
      return (await othersAlive(users)) === 0;
    },
  };
}

async function takeLock(lock: string): Promise<void> {
  for (const deadline = Date.now() + LOCK_MS; ; await sleep(100)) {
    try {
      const file = await open(lock, "wx");
      await file.writeFile(String(process.pid));
      return await file.close();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
    const holder = Number(await readFile(lock, "utf8").catch(() => "0"));
    const abandoned = holder > 0 && (!isAlive(holder) || holder === process.pid);
    if (abandoned || Date.now() > deadline) await rm(lock, { force: true });
  }
}

/** Counts the processes that use the network besides this one; those that were killed are forgotten. */
async function othersAlive(users: string): Promise<number> {
  let alive = 0;
  for (const name of await readdir(users)) {
    if (Number(name) === process.pid) continue;
    if (isAlive(Number(name))) alive += 1;
    else await rm(join(users, name), { force: true });
  }
  return alive;
}
