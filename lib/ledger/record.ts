import { sql } from "drizzle-orm";
import type { Proof, TransferProof } from "@/lib/chain/chain";
import type { Database, Db } from "@/lib/db/client";
import { prepared } from "@/lib/db/prepared";
import { newId } from "@/lib/ids";
import type { ReasonCode } from "@/lib/x402/reasons";
import { givenRows, inOrder, lockEach } from "./lock-ours";

/** Books what arrived for a submitted payment; whether it can still arrive is for who looks after it to judge. */
export async function book(db: Database["db"], paymentId: string, proof: Proof): Promise<void> {
  if (proof.outcome === "settled") await recordSettlements(db, [{ paymentId, ...proof.proof }]);
}

/** A payment, and the transfer that paid it. */
export interface ProvenPayment extends TransferProof {
  paymentId: string;
}

const RECORD = `
  with proven as (${givenRows(
    "$1",
    `id uuid, settlement_id uuid, tx_hash text, log_index int, block_number bigint, block_hash text, block_time timestamptz`,
  )}), due as materialized (
    ${lockEach("proven", "p.money = 'submitting'")}
  ), paid as (
    update payments set money = 'settled', settled_at = block_time, reason = null,
      lease_owner = case when delivery <> 'ready' then lease_owner end,
      lease_until = case when delivery <> 'ready' then lease_until end
    from due where payments.id = due.id
    returning payments.*, settlement_id, tx_hash, log_index, block_number, block_hash, block_time
  )
  insert into settlements (id, payment_id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
    pay_to, amount, tx_hash, log_index, block_number, block_hash, block_time)
  select settlement_id, id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
    pay_to, amount, tx_hash, log_index, block_number, block_hash, block_time
  from paid
  returning payment_id, (select lease_owner is null from paid where paid.id = payment_id) is_at_rest`;

/** Whether a proven transfer was booked by this, and whether nothing is left to be done under a lease then. */
export type Recorded = { booked: boolean; isAtRest: boolean };

/**
 * Books proven transfers in one statement: the payments become settled, their settlement rows are written, and where an
 * answer is kept their leases are given back. A second caller with the same proof changes nothing.
 */
export async function recordSettlements(
  db: Database["db"],
  proven: readonly ProvenPayment[],
): Promise<Recorded[]> {
  const rows = proven.map(({ paymentId, txHash, logIndex, blockNumber, blockHash, blockTime }) => ({
    id: paymentId,
    settlement_id: newId(),
    tx_hash: txHash,
    log_index: logIndex,
    block_number: blockNumber.toString(),
    block_hash: blockHash,
    block_time: blockTime,
  }));
  const booked = await prepared<{ payment_id: string; is_at_rest: boolean }>(db, RECORD, [inOrder(rows)]);
  const byId = new Map(booked.map((row) => [row.payment_id, row]));
  return proven.map(({ paymentId }) => {
    const row = byId.get(paymentId);
    return { booked: row !== undefined, isAtRest: row?.is_at_rest === true };
  });
}

/**
 * Takes a held payment as sent whose money somebody else moved, when nobody works on it; false when it is not so. An
 * attempt that was cut off has failed, and what it should have given is owed.
 */
export async function adopt(db: Db, paymentId: string): Promise<boolean> {
  const rows = await db.execute(sql`
    update payments set money = 'submitting', submitted_at = now(), lease_owner = null, lease_until = null,
      delivery = case when delivery = 'pending' then 'failed' else delivery end
    where id = ${paymentId} and money = 'held' and (lease_until is null or lease_until < now())
    returning id`);
  return rows.length === 1;
}

/** A block as settlements name it. */
export interface SettledBlock {
  network: string;
  number: bigint;
  hash: string;
}

const standingIn = ({ network, number, hash }: SettledBlock) => sql`network = ${network}
  and block_number = ${number.toString()} and block_hash = ${hash} and orphaned_at is null`;

/** Ends the wait for payments whose block can no longer be replaced; returns how many there were. */
export async function makeFinal(db: Db, block: SettledBlock): Promise<number> {
  const rows = await db.execute(sql`
    update payments set money = 'final'
    where money = 'settled' and id in (select payment_id from settlements where ${standingIn(block)})
    returning id`);
  return rows.length;
}

/**
 * Takes back what was settled in a block that a reorg dropped: its settlements count no more, and their payments are
 * submitted again, to be proven anew. That waits for no stream to end: one gives back its lease, and runs on without.
 * What is final is left alone: it is for the sweep to find. Returns the payments.
 */
export async function orphan(db: Db, block: SettledBlock): Promise<string[]> {
  const rows = await db.execute<{ id: string }>(sql`
    with theirs as materialized (
      select id from payments
      where money = 'settled' and id in (select payment_id from settlements where ${standingIn(block)})
      order by id for update
    ), dropped as (
      update settlements set orphaned_at = now() from theirs
      where payment_id = theirs.id and ${standingIn(block)}
      returning payment_id
    )
    update payments set money = 'submitting', settled_at = null, submitted_at = now(),
      lease_owner = case when delivery <> 'streaming' then lease_owner end,
      lease_until = case when delivery <> 'streaming' then lease_until end
    where id in (select payment_id from dropped)
    returning id`);
  return rows.map(({ id }) => id);
}

/**
 * What a payment must still be to be voided: held by the caller's lease or by nobody, or sent by the transaction of which it
 * is proven that it did not settle it, and by no later one.
 */
export type VoidFrom = { held: { lease: string } } | "unattended" | { sentBy: string | null };

/**
 * Ends a payment that moved no money and will not be used by us; its answer, never delivered, is deleted. One that a
 * reorg took its money from was delivered, so the merchant lost it.
 */
export async function voidPayment(
  db: Db,
  paymentId: string,
  reason: ReasonCode,
  from: VoidFrom,
): Promise<boolean> {
  const guard =
    from === "unattended"
      ? sql`money = 'held' and (lease_until is null or lease_until < now())`
      : "sentBy" in from
        ? sql`money = 'submitting' and chain_tx_id is not distinct from ${from.sentBy}`
        : sql`money = 'held' and lease_owner = ${from.held.lease} and lease_until > now()`;
  const lost = sql`exists (select from settlements where payment_id = payments.id)`;
  const rows = await db.execute(sql`
    with ended as (
      update payments set money = 'void', voided_at = now(), lease_owner = null, lease_until = null,
        reason = case when ${lost} then 'merchant_loss' else ${reason} end
      where id = ${paymentId} and ${guard}
      returning id
    ), withheld as (delete from answers where payment_id in (select id from ended))
    select id from ended`);
  return rows.length === 1;
}
