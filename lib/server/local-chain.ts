import { openRpc } from "@/lib/chain/rpc";
import { checkLedger } from "@/lib/ledger/check";
import { fillGaps } from "@/lib/ledger/workers/fill-gaps";
import type { Parts } from "./parts";

/**
 * Says so when a local chain that goes on from its state file lacks what the ledger settled: a crash of the machine
 * takes the chain's last seconds with it, and nothing else would tell. What was sent then is sent again at once, so that
 * new payments need not wait for its account nonces; the workers book what comes of it, as after a reorg.
 */
export async function reportLostBlocks({ env, chains, database, log }: Parts): Promise<void> {
  const { db } = database;
  for (const chain of chains.values()) {
    const { network } = chain;
    const urls = env.FAREBOX_NETWORKS.find((config) => config.network === network.id)?.rpc ?? [];
    const { differences } = await checkLedger(db, [{ network, rpc: openRpc(network, urls, log) }]);
    const lost = differences.filter(({ kind }) => kind === "not_on_chain" || kind === "other_on_chain");
    if (lost.length === 0) continue;
    const meaning = "The machine stopped before the local chain wrote its last blocks.";
    const action =
      "Nothing: what was lost is sent again. Its payments settle anew, or are void where they ran out.";
    log.error("local_chain_lost_blocks", { network: network.id, settlements: lost.length, meaning, action });
    await fillGaps(db, chain, log);
  }
}
