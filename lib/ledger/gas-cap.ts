import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { type GasPolicies, worthOf } from "./gas-policy";

/** How old a sum may be that payments are taken by. */
const FRESH_MS = 5_000;
const MAX_KNOWN = 10_000;

/** The day is summed in parts: one statement for all of a busy merchant's would run into its timeout, and so would the next. */
const PART_MS = 15 * 60_000;
const PARTS = 96;

/** What the gas of one part of a day came to, and whether all of it is billed. */
interface Part {
  wei: bigint;
  isBilled: boolean;
}

/**
 * The gas, in wei, that a merchant's payments took of our relayer in a part of the day, or may still take where they are
 * not mined yet; of a transaction that settles many payments, their share. The last part has no end.
 */
async function readPart(
  db: Db,
  merchantId: string,
  network: string,
  part: number,
  isLast: boolean,
): Promise<Part> {
  const from = new Date(part * PART_MS).toISOString();
  const until = isLast ? "infinity" : new Date((part + 1) * PART_MS).toISOString();
  const [row] = await db.execute<{ wei: string; is_billed: boolean }>(sql`
    select ceil(coalesce(sum(
      coalesce(tx.gas_cost, tx.gas_limit * tx.max_fee_per_gas, 0)
        / (select count(*) from payments beside where beside.chain_tx_id = tx.id)
    ), 0)) wei, coalesce(bool_and(tx.gas_cost is not null), true) is_billed
    from payments join chain_txs tx on tx.id = chain_tx_id
    where merchant_id = ${merchantId} and payments.network = ${network}
      and coalesce(settled_at, claimed_at) >= ${from} and coalesce(settled_at, claimed_at) < ${until}`);
  return { wei: BigInt(row?.wei ?? 0), isBilled: row?.is_billed === true };
}

/** Sums a day that ends now; `past` keeps those of its parts that change no more. */
async function sumDay(read: (part: number, isLast: boolean) => Promise<Part>, past: Map<number, bigint>) {
  const last = Math.floor(Date.now() / PART_MS);
  const first = last - PARTS + 1;
  for (const part of past.keys()) if (part < first) past.delete(part);
  let sum = 0n;
  for (let part = first; part <= last; part++) {
    const known = past.get(part);
    if (known !== undefined) {
      sum += known;
      continue;
    }
    const { wei, isBilled } = await read(part, part === last);
    sum += wei;
    if (isBilled && part < last - 1) past.set(part, wei);
  }
  return sum;
}

/** Tells whether a merchant has used up the gas of its day (faults J2); summed from the transactions every few seconds. */
export function openGasCap(db: Db, policies: GasPolicies) {
  const known = new Map<string, { isSpent: Promise<boolean>; until: number; past: Map<number, bigint> }>();

  async function isSpent(merchantId: string, network: string, past: Map<number, bigint>): Promise<boolean> {
    const policy = policies.get(network);
    if (!policy) return false;
    const wei = await sumDay((part, isLast) => readPart(db, merchantId, network, part, isLast), past);
    return worthOf(wei, policy) >= policy.dailyMicroUsd;
  }

  return (merchantId: string, network: string): Promise<boolean> => {
    if (!policies.has(network)) return Promise.resolve(false);
    const key = `${network} ${merchantId}`;
    const last = known.get(key);
    if (last && performance.now() < last.until) return last.isSpent;
    if (known.size >= MAX_KNOWN) known.clear();
    const past = last?.past ?? new Map<number, bigint>();
    const until = performance.now() + FRESH_MS;
    const fresh = { isSpent: isSpent(merchantId, network, past), until, past };
    known.set(key, fresh);
    // What could not be read is asked again by the next payment.
    fresh.isSpent.catch(() => {
      fresh.until = 0;
    });
    return fresh.isSpent;
  };
}
