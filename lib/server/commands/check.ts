import { networkById } from "@/lib/chain/networks";
import { openRpc } from "@/lib/chain/rpc";
import { checkLedger, type LedgerCheck } from "@/lib/ledger/check";
import { type TallyDifferences, tallyDifferences } from "@/lib/revenue/tally/differences";
import { CannotStart } from "@/lib/server/failure";
import type { Parts } from "@/lib/server/parts";

const TELL_EVERY_MS = 2_000;

/** The ledger against the chain, and the tallies that pages read against the ledger. */
export interface Check extends LedgerCheck {
  tallyDifferences: TallyDifferences;
}

/** Compares the ledger of the running instance with every configured network's chain; long runs say on standard error how far they are. */
export async function check({ env, database, log }: Parts): Promise<Check> {
  let told = performance.now();
  const progress = (sentence: string) => {
    if (performance.now() - told < TELL_EVERY_MS) return;
    told = performance.now();
    process.stderr.write(`${sentence}\n`);
  };
  const networks = env.FAREBOX_NETWORKS.map(({ network: id, rpc }) => {
    const network = networkById(id);
    if (!network) throw new CannotStart(`FAREBOX_NETWORKS: ${id} is unknown.`);
    return { network, rpc: openRpc(network, rpc, log) };
  });
  const ledger = await checkLedger(database.db, networks, progress);
  return { ...ledger, tallyDifferences: await tallyDifferences(database.db) };
}
