import { networkById } from "@/lib/chain/networks";
import { openRpc } from "@/lib/chain/rpc";
import { checkLedger, type LedgerCheck } from "@/lib/ledger/check";
import { CannotStart } from "@/lib/server/failure";
import type { Parts } from "@/lib/server/parts";

/** Compares the ledger of the running instance with every configured network's chain. */
export function check({ env, database, log }: Parts): Promise<LedgerCheck> {
  const networks = env.FAREBOX_NETWORKS.map(({ network: id, rpc }) => {
    const network = networkById(id);
    if (!network) throw new CannotStart(`FAREBOX_NETWORKS: ${id} is unknown.`);
    return { network, rpc: openRpc(network, rpc, log) };
  });
  return checkLedger(database.db, networks);
}
