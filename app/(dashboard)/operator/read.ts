import { alarmsOf } from "@/lib/server/operations/alarms";
import { readQueues } from "@/lib/server/operations/queue";
import { readLedgerAgainstChain } from "@/lib/server/operations/sweeps";
import { parts } from "@/lib/server/parts";

/** Everything the operator's page shows, as of `now`; how RPCs do is as this process sees them. */
export async function readOperations() {
  const { database, chains, networks } = parts();
  const [queues, ledger, asked] = await Promise.all([
    readQueues(
      database.db,
      networks.map(({ id }) => id),
    ),
    readLedgerAgainstChain(database.db),
    Promise.all(
      [...chains.values()].map(async (chain) => ({
        network: chain.network.id,
        name: chain.network.name,
        health: await chain.health(),
      })),
    ),
  ]);
  const now = new Date();
  return { queues, ledger, networks: asked, alarms: alarmsOf(queues, ledger, asked, now), now };
}

/** What the operator's page shows. */
export type Operations = Awaited<ReturnType<typeof readOperations>>;
