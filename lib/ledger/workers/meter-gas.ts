import { sql } from "drizzle-orm";
import type { Hex } from "viem";
import type { Chain, GasBill, Network, Relayer } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";

const AT_ONCE = 100;

/** How long after it was signed a transaction may still turn out to be mined. */
const BILLED_WITHIN_DAYS = 1;

type Unbilled = { account_nonce: string; hashes: string };

/**
 * Notes what mined transactions cost their relayers, once the chain counts past their account nonce; of several of one
 * nonce the mined one becomes its payments', and the others cost nothing. What a reorg took back is billed again.
 */
export async function meterGas(db: Db, { submitter, network }: Chain): Promise<void> {
  if (submitter.kind !== "relayers") return;
  await Promise.all(submitter.relayers.map((relayer) => meter(db, network, relayer)));
}

async function meter(db: Db, network: Network, relayer: Relayer): Promise<void> {
  const sender = sql`network = ${network.id} and sender = ${relayer.address}`;
  // Of several the highest: a bill is taken back when all RPCs say so, and comes from a receipt, not from a count.
  const mined = (await relayer.minedNonces()).at(-1) ?? 0;
  await db.execute(sql`
    update chain_txs set gas_used = null, gas_cost = null, mined_in_block = null
    where ${sender} and account_nonce >= ${mined} and gas_cost is not null`);
  const unbilled = await db.execute<Unbilled>(sql`
    select account_nonce, string_agg(hash, ',') hashes from chain_txs
    where ${sender} and account_nonce < ${mined} and gas_cost is null
      and created_at > now() - make_interval(days => ${BILLED_WITHIN_DAYS})
    group by account_nonce order by account_nonce limit ${AT_ONCE}`);
  for (const { account_nonce: nonce, hashes } of unbilled) {
    for (const hash of hashes.split(",") as Hex[]) {
      const bill = await relayer.gasBill(hash);
      if (bill !== null) await note(db, sql`${sender} and account_nonce = ${nonce}`, hash, bill);
    }
  }
}

async function note(db: Db, ofNonce: ReturnType<typeof sql>, hash: Hex, bill: GasBill): Promise<void> {
  const { gasUsed, cost, blockNumber } = bill;
  await db.execute(sql`
    with billed as (
      update chain_txs set
        gas_used = case when hash = ${hash} then ${`${gasUsed}`}::numeric else 0 end,
        gas_cost = case when hash = ${hash} then ${`${cost}`}::numeric else 0 end,
        mined_in_block = case when hash = ${hash} then ${`${blockNumber}`}::bigint end
      where ${ofNonce}
      returning id, hash
    )
    update payments set chain_tx_id = (select id from billed where hash = ${hash})
    where chain_tx_id in (select id from billed where hash <> ${hash})`);
}
