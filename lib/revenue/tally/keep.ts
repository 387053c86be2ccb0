import { setTimeout as sleep } from "node:timers/promises";
import type { Database } from "@/lib/db/client";
import { untalliedMerchants } from "@/lib/db/schema";
import type { Log } from "@/lib/log";
import { foldTallies } from "./fold";
import { rebuildTallies } from "./rebuild";

const EVERY_MS = 1_000;

/** Keeps the tallies few to read, until `signal` aborts: adds changes to them, and makes those anew that are due. */
export async function keepTallies(db: Database["db"], log: Log, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await keepOnce(db).catch((error: unknown) => log.warn("worker.tallies_failed", { error }));
    await sleep(EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

async function keepOnce(db: Database["db"]): Promise<void> {
  const [due] = await db.select().from(untalliedMerchants).limit(1);
  if (due) await rebuildTallies(db, due.merchantId);
  while (await foldTallies(db));
}
