import { setTimeout as sleep } from "node:timers/promises";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import type { Log } from "@/lib/log";
import { expireHolds } from "./expire-holds";
import { fillGaps } from "./fill-gaps";
import { finalise } from "./finalise";
import { meterGas } from "./meter-gas";
import { prune } from "./prune";
import { raiseFees } from "./raise-fees";
import { settleUnattended } from "./settle";
import { sweepChain } from "./sweep-chain";
import { sweepLeases } from "./sweep-leases";

type Db = Database["db"];

/** Works through one network, and again after a pause; what it knows stands in the database. */
type NetworkWorker = [name: string, everyMs: number, work: (db: Db, chain: Chain, log: Log) => Promise<void>];

const NETWORK_WORKERS: readonly NetworkWorker[] = [
  ["fill_gaps", 2_000, fillGaps],
  ["raise_fees", 4_000, raiseFees],
  ["finalise", 4_000, finalise],
  ["expire_holds", 5_000, expireHolds],
  ["meter_gas", 10_000, meterGas],
  ["sweep_chain", 30_000, sweepChain],
];

/** Runs each worker once, and on until `signal` aborts; any number of replicas may. Resolves when the last round ended. */
export async function runWorkers(db: Db, chains: ReadonlyMap<string, Chain>, log: Log, signal: AbortSignal) {
  // Each at its own pace, so that a silent network or a long sweep keeps no other waiting.
  const repeat = async (name: string, everyMs: number, work: () => Promise<unknown>, network?: string) => {
    do {
      await work().catch((error: unknown) => log.warn(`worker.${name}_failed`, { network, error }));
      await sleep(everyMs, undefined, { signal }).catch(() => {});
    } while (!signal.aborted);
  };
  const ofNetwork = (chain: Chain) =>
    NETWORK_WORKERS.map(([name, everyMs, work]) =>
      repeat(name, everyMs, () => work(db, chain, log), chain.network.id),
    );
  await Promise.all([
    repeat("settle", 2_000, () => settleUnattended(db, chains, log)),
    repeat("sweep_leases", 2_000, () => sweepLeases(db)),
    repeat("prune", 60_000, () => prune(db)),
    ...[...chains.values()].flatMap(ofNetwork),
  ]);
}
