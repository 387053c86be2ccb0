import { sql } from "drizzle-orm";
import { type Hex, isHex } from "viem";
import type { Authorization, Chain, Proof, Relayer } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";

/** How long what was sent is left to the network before anybody thinks of sending it again. */
const REST_SECONDS = 10;

/** How long after a reorg workers ask a facilitator again; one that refuses for longer is left to who presents the payment. */
const DROPPED_SECONDS = 60;

/** How a payment was sent, as its row had it at one moment. */
export interface SentPayment {
  /** Whether what becomes of it is still to be found out. */
  isOpen: boolean;
  /** The transaction of ours that moves its money; null when we signed none. */
  chainTxId: string | null;
  sender: string | null;
  accountNonce: number | null;
  /** Which facilitator was asked to settle it; null when it was sent otherwise. */
  facilitator: string | null;
  /** Every hash under which it may have been sent, the likeliest first: fees are raised under new ones. */
  hashes: Hex[];
  /** Whether a reorg dropped what paid it a moment ago, and no other transaction was named since. */
  isDropped: boolean;
  /** Whether it may be charged at all, and its authorization be used for some time. */
  isChargeable: boolean;
  isRested: boolean;
  /** Until when somebody works on it, as the database writes it; every time somebody does it is another. */
  leaseUntil: string | null;
}

/** Reads how a payment was sent so far. */
export async function readSent(db: Db, paymentId: string): Promise<SentPayment> {
  const [row] = await db.execute<
    Omit<SentPayment, "hashes" | "accountNonce"> & {
      accountNonce: string | null;
      named: string | null;
      signed: string[];
    }
  >(sql`
    select money = 'submitting' "isOpen", chain_tx_id "chainTxId", first.sender, first.account_nonce "accountNonce",
      facilitator, facilitator_tx_hash named, p.lease_until::text "leaseUntil",
      coalesce(submitted_at < now() - make_interval(secs => ${REST_SECONDS}), false) "isRested",
      (charge = 'before' or answered_at is not null) and valid_before > extract(epoch from now()) "isChargeable",
      exists (select from settlements s where s.payment_id = p.id
        and s.orphaned_at > now() - make_interval(secs => ${DROPPED_SECONDS})
        and (facilitator_tx_hash is null or s.tx_hash = lower(facilitator_tx_hash))) "isDropped",
      (select coalesce(json_agg(tx.hash order by tx.version desc), '[]') from chain_txs tx
        where (tx.network, tx.sender, tx.account_nonce) = (first.network, first.sender, first.account_nonce)) signed
    from payments p left join chain_txs first on first.id = chain_tx_id
    where p.id = ${paymentId}`);
  if (!row) throw new Error(`There is no payment ${paymentId}`);
  const { named, signed, accountNonce, ...sent } = row;
  const hashes = [named, ...signed].flatMap((hash) => (isHex(hash) ? [hash] : []));
  return { ...sent, hashes, accountNonce: accountNonce === null ? null : Number(accountNonce) };
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

/** Whether a payment was sent by itself: no transaction that was ever signed for its account nonce holds anything else. */
export async function wentAlone(
  db: Db,
  relayer: Relayer,
  authorization: Authorization,
  { chainTxId }: SentPayment,
): Promise<boolean> {
  const rows = await db.execute<{ raw: Hex }>(sql`
    select tx.raw from chain_txs tx join chain_txs first using (network, sender, account_nonce)
    where first.id = ${chainTxId}`);
  return rows.every(({ raw }) => relayer.makes(raw, [authorization]));
}
