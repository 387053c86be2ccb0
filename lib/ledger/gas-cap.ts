import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { type GasPolicies, worthOf } from "./gas-policy";

/** How old a sum may be that payments are taken by. */
const FRESH_MS = 5_000;
const MAX_KNOWN = 10_000;

/**
 * The gas, in wei, that a merchant's payments took of our relayer within 24 hours, or may still take where they are not
 * mined yet; of a transaction that settles many payments, their share.
 */
async function spentBy(db: Db, merchantId: string, network: string): Promise<bigint> {
  const [row] = await db.execute<{ wei: string }>(sql`
    select ceil(coalesce(sum(
      coalesce(tx.gas_cost, tx.gas_limit * tx.max_fee_per_gas, 0)
        / (select count(*) from payments beside where beside.chain_tx_id = tx.id)
    ), 0)) wei
    from payments join chain_txs tx on tx.id = chain_tx_id
    where merchant_id = ${merchantId} and payments.network = ${network}
      and coalesce(settled_at, claimed_at) > now() - interval '24 hours'`);
  return BigInt(row?.wei ?? 0);
}

/** Tells whether a merchant has used up the gas of its day (faults J2); summed from the transactions every few seconds. */
export function openGasCap(db: Db, policies: GasPolicies) {
  const known = new Map<string, { isSpent: Promise<boolean>; until: number }>();

  async function isSpent(merchantId: string, network: string): Promise<boolean> {
    const policy = policies.get(network);
    if (!policy) return false;
    return worthOf(await spentBy(db, merchantId, network), policy) >= policy.dailyMicroUsd;
  }

  return (merchantId: string, network: string): Promise<boolean> => {
    if (!policies.has(network)) return Promise.resolve(false);
    const key = `${network} ${merchantId}`;
    const last = known.get(key);
    if (last && performance.now() < last.until) return last.isSpent;
    if (known.size >= MAX_KNOWN) known.clear();
    const fresh = { isSpent: isSpent(merchantId, network), until: performance.now() + FRESH_MS };
    known.set(key, fresh);
    // What could not be read is asked again by the next payment.
    fresh.isSpent.catch(() => known.delete(key));
    return fresh.isSpent;
  };
}
