import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import type { Log } from "@/lib/log";
import { type GasPolicies, type GasPolicy, worthOf } from "./gas-policy";

/** A price covers the gas of its settlement this many times over (faults J1). */
const COVERS = 5n;
/** The settlements that tell what one costs. */
const LATEST = 100;
const REFRESH_MS = 30_000;

/** The lowest price on a network in micro-dollars, by what its latest settlements cost; zero while there are none, or no policy. */
export async function lowestPrice(db: Db, network: string, policy?: GasPolicy): Promise<bigint> {
  if (policy === undefined) return 0n;
  const [row] = await db.execute<{ wei: string }>(sql`
    with latest as (
      select id, gas_cost from chain_txs
      where network = ${network} and gas_cost > 0
      order by mined_in_block desc limit ${LATEST}
    )
    select coalesce(ceil(sum(gas_cost) / sum(payments)), 0) wei from (
      select gas_cost, (select count(*) from payments where chain_tx_id = latest.id) payments from latest
    ) costs where payments > 0`);
  return COVERS * worthOf(BigInt(row?.wei ?? 0), policy);
}

/** The lowest prices of all networks, read anew every half minute. */
export interface PriceFloor {
  /** Micro-dollars; zero where nothing says otherwise. */
  of(network: string): bigint;
  stop(): void;
}

/** Opens the price floor; resolves with the first prices read, and keeps the last ones while the database is silent. */
export async function openPriceFloor(db: Db, policies: GasPolicies, log: Log): Promise<PriceFloor> {
  const lowest = new Map<string, bigint>();
  const read = async () => {
    for (const [network, policy] of policies) lowest.set(network, await lowestPrice(db, network, policy));
  };
  const refresh = () => read().catch((error: unknown) => log.warn("price_floor.read_failed", { error }));
  await refresh();
  const timer = setInterval(refresh, REFRESH_MS);
  timer.unref();
  return { of: (network) => lowest.get(network) ?? 0n, stop: () => clearInterval(timer) };
}
