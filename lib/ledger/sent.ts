import { sql } from "drizzle-orm";
import { type Hex, isHex } from "viem";
import type { Authorization, Chain, Proof } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";

/** Every hash under which a payment may have been sent, the likeliest first: fees are raised under new ones. */
export async function sentHashes(db: Db, paymentId: string): Promise<Hex[]> {
  const rows = await db.execute<{ hash: string | null }>(sql`
    select tx.hash from chain_txs tx
      join chain_txs first using (network, sender, account_nonce)
      where first.id = (select chain_tx_id from payments where id = ${paymentId})
    union all
    select facilitator_tx_hash from payments where id = ${paymentId}`);
  return rows.flatMap(({ hash }) => (isHex(hash) ? [hash] : [])).reverse();
}

/** Looks for a transfer under all of its hashes, of which the chain holds one at most; without any, by its nonce alone. */
export async function proveSent(
  chain: Chain,
  authorization: Authorization,
  hashes: readonly Hex[],
  justSent = false,
): Promise<Proof> {
  for (const hash of hashes.length === 0 ? [null] : hashes) {
    const proof = await chain.prove(authorization, hash, justSent);
    if (proof.outcome !== "pending") return proof;
  }
  return { outcome: "pending" };
}
