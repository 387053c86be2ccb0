import { execFileSync } from "node:child_process";
import { cpus, loadavg, release, totalmem, type } from "node:os";

/** What a run was made on, and of. */
export interface Machine {
  date: string;
  commit: string;
  /** Whether files differ from that commit. */
  changed: boolean;
  cores: number;
  cpu: string;
  memoryGiB: number;
  node: string;
  kernel: string;
  /** How many processes wanted a core in the minute before the run: near zero on a quiet machine. */
  loadBefore: number;
}

/** Names the machine this process runs on, and the commit it runs from. */
export function readMachine(): Machine {
  const processors = cpus();
  return {
    date: new Date().toISOString(),
    commit: git("rev-parse", "--short", "HEAD"),
    changed: git("status", "--porcelain", "--untracked-files=no") !== "",
    cores: processors.length,
    cpu: processors[0]?.model.trim() ?? "unknown",
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    kernel: `${type()} ${release()}`,
    loadBefore: loadavg()[0] ?? Number.NaN,
  };
}

function git(...args: string[]): string {
  try {
    return execFileSync("git", args, { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }).trim();
  } catch {
    return "";
  }
}
