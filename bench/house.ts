import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readEnv } from "@/lib/env";
import { freePort } from "@/lib/localnet/ports";
import { seed } from "@/lib/server/commands/seed";
import { openParts, type Parts } from "@/lib/server/parts";
import { endChild, startLogged } from "./processes";

/** A Farebox as an operator starts it, in a data folder of its own, with its own PostgreSQL and chain. */
export interface House {
  port: number;
  /** `host:port` as callers name it. */
  host: string;
  pid: number;
  rpcUrl: string;
  databaseUrl: string;
  /** Parts of the product over the same database and chain, for setting up. */
  parts: Parts;
  /** Where the money of every endpoint made here goes. */
  payTo: `0x${string}`;
  /** Makes an endpoint that charges `PRICE` for `/now` and nothing for what is below `/free`. */
  sell(slug: string, upstream: string): Promise<void>;
  stop(): Promise<void>;
}

/** What is charged for a call. */
export const PRICE = "0.01";

const MERCHANT = { email: "bench@example.com", password: "bench bench bench", name: "Bench" };

/** Starts Farebox by `bin/start.mjs` and waits until it is ready; `roles` as in FAREBOX_ROLES. */
export async function openHouse(roles: string): Promise<House> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-bench-"));
  // PostgreSQL runs as another user when we are root, and must get in.
  await chmod(dataDir, 0o755);
  const port = await freePort(0);
  const { PATH = "", HOME = "" } = process.env;
  const child = await startLogged(
    [process.execPath, "bin/start.mjs"],
    { PATH, HOME, PORT: String(port), HOST: "127.0.0.1", FAREBOX_ROLES: roles, FAREBOX_DATA_DIR: dataDir },
    join(dataDir, "farebox.log"),
  );
  const stop = async () => {
    await endChild(child);
    await rm(dataDir, { recursive: true, force: true });
  };
  try {
    while (!(await isReady(port))) {
      if (child.exitCode !== null)
        throw new Error(`Farebox did not start:\n${await readFile(join(dataDir, "farebox.log"), "utf8")}`);
      await sleep(100);
    }
    const running = JSON.parse(await readFile(join(dataDir, "running.json"), "utf8")) as Record<
      string,
      string
    >;
    const parts = openParts(readEnv({ ...running, FAREBOX_DATA_DIR: dataDir }));
    const [network] = parts.env.FAREBOX_NETWORKS;
    const payTo = `0x${randomBytes(20).toString("hex")}` as const;
    return {
      port,
      host: `localhost:${port}`,
      pid: child.pid ?? 0,
      rpcUrl: network?.rpc[0] ?? "",
      databaseUrl: parts.env.DATABASE_URL,
      parts,
      payTo,
      async sell(slug, upstream) {
        const rules = [
          { method: "GET", path: "/now", price: PRICE },
          { method: "GET", path: "/free/*rest", free: true },
        ];
        const payouts = [{ network: network?.network ?? "", payTo }];
        const endpoints = [{ slug, name: slug, upstream, payouts, rules }];
        await seed(parts, { merchants: [{ ...MERCHANT, endpoints }] });
      },
      async stop() {
        await parts.database.close();
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
  return answer?.ok ?? false;
}
