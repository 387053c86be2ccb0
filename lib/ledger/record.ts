import { sql } from "drizzle-orm";
import type { TransferProof } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { newId } from "@/lib/ids";
import type { ReasonCode } from "@/lib/x402/reasons";

/**
 * Books a proven transfer: the payment becomes settled and its settlement row is written, in one statement.
 * A second caller with the same proof changes nothing.
 */
export async function recordSettlement(db: Db, paymentId: string, proof: TransferProof): Promise<void> {
  const blockTime = proof.blockTime.toISOString();
  await db.execute(sql`
    with paid as (
      update payments set money = 'settled', settled_at = ${blockTime}, reason = null
      where id = ${paymentId} and money = 'submitting'
      returning *
    )
    insert into settlements (id, payment_id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
      pay_to, amount, tx_hash, log_index, block_number, block_hash, block_time)
    select ${newId()}, id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
      pay_to, amount, ${proof.txHash}, ${proof.logIndex}, ${proof.blockNumber.toString()}, ${proof.blockHash}, ${blockTime}
    from paid`);
}

/** What a payment must still be to be voided: held by the caller's lease, or submitted and proven never to settle. */
export type VoidFrom = { held: { lease: string } } | "submitting" | "expired";

/** Ends a payment that moved no money and will not be used by us; its answer, never delivered, is deleted. */
export async function voidPayment(
  db: Db,
  paymentId: string,
  reason: ReasonCode,
  from: VoidFrom,
): Promise<boolean> {
  const guard =
    from === "submitting"
      ? sql`money = 'submitting'`
      : from === "expired"
        ? sql`money = 'held' and (lease_until is null or lease_until < now())`
        : sql`money = 'held' and lease_owner = ${from.held.lease} and lease_until > now()`;
  const rows = await db.execute(sql`
    with ended as (
      update payments set money = 'void', voided_at = now(), reason = ${reason}, lease_owner = null, lease_until = null
      where id = ${paymentId} and ${guard}
      returning id
    ), withheld as (delete from answers where payment_id in (select id from ended))
    select id from ended`);
  return rows.length === 1;
}
