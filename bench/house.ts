import { randomBytes } from "node:crypto";
import { chmod, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { readEnv } from "@/lib/env";
import { freePort } from "@/lib/localnet/ports";
import { seed } from "@/lib/server/commands/seed";
import { openParts, type Parts } from "@/lib/server/parts";
import { childrenOf, cpuMs, endChild, startLogged } from "./processes";

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
  /** Makes endpoints of a merchant that charge `PRICE` for `/now` and nothing for what is below `/free`. */
  sell(slugs: readonly string[], upstream: string, merchant?: string): Promise<Stall>;
  /** Processor time that Farebox and its PostgreSQL have used so far, in ms. */
  cpuMs(): Promise<number>;
  stop(): Promise<void>;
}

/** A merchant and what they sell. */
export interface Stall {
  merchantId: string;
  endpointIds: string[];
}

/** What is charged for a call. */
export const PRICE = "0.01";

/** The password of every merchant here, whose email is their name at example.com. */
export const PASSWORD = "bench bench bench";

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
    const postmaster = await readFile(join(dataDir, "postgres", "data", "postmaster.pid"), "utf8");
    const postgres = Number(postmaster.split("\n")[0]);
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
      async sell(slugs, upstream, merchant = "bench") {
        const rules = [
          { method: "GET", path: "/now", price: PRICE },
          { method: "GET", path: "/free/*rest", free: true },
        ];
        const payouts = [{ network: network?.network ?? "", payTo }];
        const endpoints = slugs.map((slug) => ({ slug, name: slug, upstream, payouts, rules }));
        const account = { email: `${merchant}@example.com`, password: PASSWORD, name: merchant, endpoints };
        const [made] = (await seed(parts, { merchants: [account] })).merchants;
        return { merchantId: made?.id ?? "", endpointIds: made?.endpoints.map(({ id }) => id) ?? [] };
      },
      async cpuMs() {
        const pids = [child.pid ?? 0, postgres, ...(await childrenOf(postgres))];
        return (await Promise.all(pids.map(cpuMs))).reduce((sum, ms) => sum + ms, 0);
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
