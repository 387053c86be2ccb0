import { and, asc, eq, gte } from "drizzle-orm";
import { openRpc } from "@/lib/chain/rpc";
import { chainTxs } from "@/lib/db/schema";
import { checkLedger } from "@/lib/ledger/check";
import type { Parts } from "./parts";

/**
 * Looks whether a local chain that goes on from its state file still has what the ledger says. A crash of the machine
 * loses its last seconds: then the stored transactions are sent again, so that new payments can follow them, and the
 * log says plainly that the two no longer agree.
 */
export async function mendLocalChain(parts: Parts): Promise<void> {
  for (const chain of parts.chains.values()) {
    const { network, submitter } = chain;
    const urls = parts.env.FAREBOX_NETWORKS.find((config) => config.network === network.id)?.rpc ?? [];
    const rpc = openRpc(network, urls, parts.log);
    const { differences } = await checkLedger(parts.database.db, [{ network, rpc }]);
    const lost = differences.filter(
      ({ kind }) => kind === "not_on_chain" || kind === "other_on_chain",
    ).length;
    if (lost === 0) continue;
    const sentAgain = submitter.kind === "relayer" ? await sendAgain(parts, network.id, submitter) : 0;
    parts.log.error("local_chain_lost_blocks", {
      network: network.id,
      settlementsNotOnChain: lost,
      sentAgain,
      text: "The machine stopped before the local chain wrote its last blocks, so the ledger holds settlements the chain does not. Start over with an empty data folder when this matters.",
    });
  }
}

async function sendAgain(
  { database }: Parts,
  network: string,
  relayer: { address: string; nextNonce(): Promise<number>; broadcast(raw: `0x${string}`): Promise<void> },
): Promise<number> {
  const rows = await database.db
    .select({ raw: chainTxs.raw })
    .from(chainTxs)
    .where(
      and(
        eq(chainTxs.network, network),
        eq(chainTxs.sender, relayer.address),
        gte(chainTxs.accountNonce, await relayer.nextNonce()),
      ),
    )
    .orderBy(asc(chainTxs.accountNonce));
  for (const { raw } of rows) await relayer.broadcast(raw as `0x${string}`);
  return rows.length;
}
