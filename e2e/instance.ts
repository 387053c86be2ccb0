import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { freePort } from "@/lib/localnet/ports";

/** What a running local instance writes about itself to `local.json`. */
export interface InstanceFacts {
  origin: string;
  rpcUrl: string;
  chainId: number;
  token: `0x${string}`;
  payerKey: `0x${string}`;
  demoUpstream: string;
}

/** A running instance of the production build, with data of its own. */
export interface Instance {
  dataDir: string;
  stop(): Promise<void>;
}

/** Runs `npm start`'s script on a free port with a throwaway data folder, and waits until it is ready to serve. */
export async function startInstance(): Promise<Instance> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-e2e-"));
  // PostgreSQL runs as another user when we are root, and must get in.
  await chmod(dataDir, 0o755);
  const port = String(await freePort(0));
  const child = spawn(process.execPath, ["bin/start.mjs"], {
    stdio: ["ignore", "inherit", "inherit"],
    env: { ...process.env, FAREBOX_DATA_DIR: dataDir, PORT: port },
  });
  const exited = once(child, "exit");
  const stop = async () => {
    child.kill("SIGTERM");
    await exited;
    await rm(dataDir, { recursive: true, force: true });
  };
  while (child.exitCode === null) {
    const ready = await fetch(`http://localhost:${port}/readyz`).catch(() => null);
    if (ready?.ok) return { dataDir, stop };
    await sleep(200);
  }
  throw new Error(`The instance ended with ${child.exitCode} before it was ready`);
}

/** Reads what the instance of a data folder wrote about itself. */
export async function readFacts(dataDir: string): Promise<InstanceFacts> {
  return JSON.parse(await readFile(join(dataDir, "local.json"), "utf8"));
}
