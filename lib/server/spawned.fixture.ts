import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { givenEnv } from "@/lib/env";
import { freePort } from "@/lib/localnet/ports";

/** A Farebox in a process group of its own, started by the script of `npm start`. */
export interface Spawned {
  child: ChildProcess;
  url: string;
  /** What it has written so far. */
  output(): string;
  /** Waits until it is ready to serve; throws with its output when it ends before. */
  ready(): Promise<void>;
  /** Waits for its end and gives its exit code. */
  ended(): Promise<number | null>;
  /** Sends a signal to its whole process group, as a terminal or a supervisor does. */
  signalGroup(signal: NodeJS.Signals): Promise<void>;
}

/** Makes a throwaway data folder that PostgreSQL's user may enter. */
export async function makeDataDir(): Promise<{ path: string; remove(): Promise<void> }> {
  const path = await mkdtemp(join(tmpdir(), "farebox-data-"));
  await chmod(path, 0o755);
  return { path, remove: () => rm(path, { recursive: true, force: true }) };
}

/** Reads a note of a data folder. */
export async function readNote<T>(dataDir: string, name: string): Promise<T> {
  return JSON.parse(await readFile(join(dataDir, name), "utf8"));
}

/** The process ids of a data folder's PostgreSQL and chain. */
export async function standIns(dataDir: string): Promise<{ postgres: number; anvil: number }> {
  const postmaster = await readFile(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8");
  const { pid: anvil } = await readNote<{ pid: number }>(dataDir, "anvil.json");
  return { postgres: Number(postmaster.split("\n")[0]), anvil };
}

/** Starts a gateway with workers on a free port, with nothing configured but what `env` says. */
export async function spawnFarebox(env: Record<string, string>): Promise<Spawned> {
  const port = env.PORT ?? String(await freePort(0));
  const { PATH = "", HOME = "" } = givenEnv();
  const child = spawn(process.execPath, ["bin/start.mjs"], {
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
    // The roles that need no build of the dashboard.
    env: {
      NODE_ENV: "production",
      PATH,
      HOME,
      FAREBOX_ROLES: "gateway,worker",
      HOST: "127.0.0.1",
      ...env,
      PORT: port,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk) => {
      output += chunk;
    });
  }
  const exit = once(child, "close");
  const url = `http://127.0.0.1:${port}`;
  const ended = async () => (await exit)[0];
  return {
    child,
    url,
    output: () => output,
    ended,
    async ready() {
      while (child.exitCode === null && child.signalCode === null) {
        const answer = await fetch(`${url}/readyz`).catch(() => null);
        if (answer?.ok) return;
        await sleep(100);
      }
      throw new Error(`It ended before it was ready:\n${output}`);
    },
    async signalGroup(signal) {
      process.kill(-(child.pid ?? 0), signal);
      await exit;
    },
  };
}
