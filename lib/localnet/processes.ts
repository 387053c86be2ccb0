import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { open } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";

/** The user a program runs as; none when it is our own. */
export interface RunAs {
  uid?: number;
  gid?: number;
}

/** How a server of the local network is started. */
export interface DetachedCommand {
  file: string;
  args: readonly string[];
  /** Where its output goes, appended. */
  logFile: string;
  runAs: RunAs;
}

/** Starts a program in a process group of its own, so that killing ours leaves it running for the next start to adopt. */
export async function startDetached(command: DetachedCommand): Promise<number> {
  const output = await open(command.logFile, "a");
  try {
    const child = spawn(command.file, command.args, {
      detached: true,
      stdio: ["ignore", output.fd, output.fd],
      cwd: "/",
      ...command.runAs,
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once("error", reject);
      child.once("spawn", () => resolve(child.pid ?? 0));
    });
    child.unref();
    return pid;
  } finally {
    await output.close();
  }
}

/** Tells whether a process with this id runs; one that ended and was never waited for counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
  try {
    // "pid (name) state …", and the name may hold anything: a zombie, left by a parent that waits for nobody, is state Z.
    return !/\) Z[^)]*$/.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

/** Sends a signal and waits until the process is gone; kills it after `graceMs`. */
export async function endProcess(pid: number, signal: NodeJS.Signals, graceMs: number): Promise<void> {
  if (!isAlive(pid)) return;
  process.kill(pid, signal);
  for (const deadline = Date.now() + graceMs; Date.now() < deadline; await sleep(50)) {
    if (!isAlive(pid)) return;
  }
  if (isAlive(pid)) process.kill(pid, "SIGKILL");
}

/** Asks `ready` again and again until it says yes; false when `pid` died or `timeoutMs` passed first. */
export async function untilReady(
  pid: number,
  timeoutMs: number,
  ready: () => Promise<boolean>,
): Promise<boolean> {
  for (const deadline = Date.now() + timeoutMs; Date.now() < deadline; await sleep(50)) {
    if (await ready()) return true;
    if (!isAlive(pid)) return false;
  }
  return false;
}
