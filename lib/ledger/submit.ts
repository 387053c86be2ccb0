import { and, eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import type {
  Authorization,
  Chain,
  GasQuote,
  SignedTransaction,
  Submitter,
  TransferFailure,
} from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { chainTxs, payments, relayers } from "@/lib/db/schema";
import { newId } from "@/lib/ids";

type Db = Database["db"];
type Relayer = Extract<Submitter, { kind: "relayer" }>;

/** A held payment that its lease holder wants to charge. */
export interface Chargeable {
  id: string;
  network: string;
  protocol: 1 | 2;
  lease: string;
}

/** What came of sending: on its way (with its hash, where one is known), certain not to go, or no longer ours to send. */
export type Submission =
  | { kind: "sent"; txHash: Hex | null }
  | { kind: "refused"; reason: TransferFailure }
  | { kind: "lost" };

/** Moves a payment from held to submitting, if its lease is still ours and nobody else did. */
const toSubmitting = (payment: Chargeable, set: { chainTxId?: string; facilitator?: string }) => ({
  set: { ...set, money: "submitting" as const, submittedAt: sql`now()` },
  where: and(
    eq(payments.id, payment.id),
    eq(payments.money, "held"),
    eq(payments.leaseOwner, payment.lease),
    sql`${payments.leaseUntil} > now()`,
  ),
});

async function markSubmitting(db: Db, payment: Chargeable, by: { facilitator?: string }): Promise<boolean> {
  const { set, where } = toSubmitting(payment, by);
  return (await db.update(payments).set(set).where(where).returning({ id: payments.id })).length === 1;
}

/**
 * Makes sure the relayer has a row and that it is not behind the chain (its key may have been used elsewhere). An account
 * nonce is never given back, so one RPC's lie must not waste any.
 */
export async function syncRelayer(db: Db, network: string, relayer: Relayer): Promise<void> {
  const nextNonce = await relayer.confirmedNonce();
  await db
    .insert(relayers)
    .values({ network, address: relayer.address, nextNonce })
    .onConflictDoUpdate({
      target: [relayers.network, relayers.address],
      set: { nextNonce: sql`greatest(${relayers.nextNonce}, excluded.next_nonce)` },
    });
}

class LeaseLost extends Error {}
class RelayerUnknown extends Error {}

/**
 * Allocates an account nonce, signs, stores the raw transaction and marks the payment, in one transaction: the row
 * lock on the relayer orders replicas, and a crash leaves either all of it or nothing. Null when the lease was lost.
 */
async function signAndStore(
  db: Db,
  payment: Chargeable,
  relayer: Relayer,
  authorization: Authorization,
  { gas, headNumber }: { gas: GasQuote; headNumber: bigint },
): Promise<SignedTransaction | null> {
  try {
    return await db.transaction(async (tx) => {
      const [row] = await tx
        .update(relayers)
        .set({ nextNonce: sql`${relayers.nextNonce} + 1` })
        .where(and(eq(relayers.network, payment.network), eq(relayers.address, relayer.address)))
        .returning({ next: relayers.nextNonce });
      if (!row) throw new RelayerUnknown();
      const accountNonce = row.next - 1;
      const { raw, hash } = await relayer.sign(authorization, gas, accountNonce);
      const chainTxId = newId();
      await tx.insert(chainTxs).values({
        id: chainTxId,
        network: payment.network,
        hash,
        sender: relayer.address,
        accountNonce,
        raw,
        maxFeePerGas: gas.maxFeePerGas,
        maxPriorityFeePerGas: gas.maxPriorityFeePerGas,
        gasLimit: gas.gas,
        pricedAtBlock: headNumber,
      });
      const { set, where } = toSubmitting(payment, { chainTxId });
      const changed = await tx.update(payments).set(set).where(where).returning({ id: payments.id });
      // Rolling back gives the account nonce back too.
      if (changed.length === 0) throw new LeaseLost();
      return { raw, hash };
    });
  } catch (error) {
    if (error instanceof LeaseLost) return null;
    if (!(error instanceof RelayerUnknown)) throw error;
    // The first payment this relayer ever sends.
    await syncRelayer(db, payment.network, relayer);
    return signAndStore(db, payment, relayer, authorization, { gas, headNumber });
  }
}

/** Sends a held payment to the network: everything is stored before anything leaves. Throws ChainUnavailable before that. */
export async function submit(
  db: Db,
  chain: Chain,
  payment: Chargeable,
  authorization: Authorization,
): Promise<Submission> {
  const { submitter } = chain;
  if (submitter.kind === "facilitator") {
    if (!(await markSubmitting(db, payment, { facilitator: submitter.url }))) return { kind: "lost" };
    const { txHash } = await submitter.settle(authorization);
    return { kind: "sent", txHash };
  }
  const quote = await submitter.quote(authorization);
  if (!quote.ok) {
    // Someone else may have sent the same authorization: money that arrived is a payment (faults A8).
    const seen = await chain.prove(authorization, null);
    if (seen.outcome === "settled") {
      const marked = await markSubmitting(db, payment, {});
      return marked ? { kind: "sent", txHash: seen.proof.txHash } : { kind: "lost" };
    }
    // The nonce is used, and it is not yet to be seen by what: the money may have arrived, so nothing may be refused.
    if (seen.outcome === "pending" && quote.reason === "payment_cancelled") return { kind: "lost" };
    return { kind: "refused", reason: quote.reason };
  }
  const stored = await signAndStore(db, payment, submitter, authorization, quote);
  if (stored === null) return { kind: "lost" };
  await submitter.broadcast(stored.raw);
  return { kind: "sent", txHash: stored.hash };
}

/** Notes the hash a facilitator named for a payment it was asked to settle; null notes that it named none. */
export async function noteHash(db: Db, paymentId: string, facilitatorTxHash: Hex | null): Promise<void> {
  await db.update(payments).set({ facilitatorTxHash }).where(eq(payments.id, paymentId));
}
