import { and, eq, sql } from "drizzle-orm";
import type { Hex } from "viem";
import type { Authorization, Chain, TransferFailure } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { chooseRelayer } from "./choose-relayer";
import { type Chargeable, type SendFrom, signAndStore } from "./sign-and-store";

type Db = Database["db"];

/** What came of sending: on its way (with its hash, where one is known), certain not to go, or no longer ours to send. */
export type Submission =
  | { kind: "sent"; txHash: Hex | null }
  | { kind: "refused"; reason: TransferFailure }
  | { kind: "lost" };

/** Moves a payment from held to submitting without a transaction of ours, if its lease is still ours and nobody else did. */
async function markSubmitting(db: Db, payment: Chargeable, by: { facilitator?: string }): Promise<boolean> {
  const isOurs = and(
    eq(payments.id, payment.id),
    eq(payments.money, "held"),
    eq(payments.leaseOwner, payment.lease),
    sql`${payments.leaseUntil} > now()`,
  );
  const set = { ...by, money: "submitting" as const, submittedAt: sql`now()` };
  return (await db.update(payments).set(set).where(isOurs).returning({ id: payments.id })).length === 1;
}

/**
 * Sends a payment to the network by itself: everything is stored before anything leaves. Throws ChainUnavailable before
 * that.
 */
export async function submit(
  db: Db,
  chain: Chain,
  payment: Chargeable,
  authorization: Authorization,
  from: SendFrom = "held",
): Promise<Submission> {
  const { submitter } = chain;
  if (submitter.kind === "facilitator") {
    if (!(await markSubmitting(db, payment, { facilitator: submitter.url }))) return { kind: "lost" };
    const { txHash } = await submitter.settle(authorization);
    return { kind: "sent", txHash };
  }
  const relayer = await chooseRelayer(db, payment.network, submitter.relayers);
  const quote = await relayer.quote(authorization);
  if (!quote.ok) {
    // Someone else may have sent the same authorization: money that arrived is a payment (faults A8).
    const seen = await chain.prove(authorization, null);
    if (seen.outcome === "settled") {
      const marked = from === "submitting" || (await markSubmitting(db, payment, {}));
      return marked ? { kind: "sent", txHash: seen.proof.txHash } : { kind: "lost" };
    }
    // The nonce is used, and it is not yet to be seen by what: the money may have arrived, so nothing may be refused.
    if (seen.outcome === "pending" && quote.reason === "payment_cancelled") return { kind: "lost" };
    return { kind: "refused", reason: quote.reason };
  }
  const stored = await signAndStore(db, relayer, [{ payment, authorization }], quote, from);
  if (stored === null) return { kind: "lost" };
  const { raw, hash } = stored.signed;
  await relayer.broadcast(raw);
  return { kind: "sent", txHash: hash };
}

/**
 * Takes a held payment back from whatever may still be under way to send it: every statement that sends a payment asks for
 * its lease, which ends. False when it was sent, or is somebody else's by now.
 */
export async function withdraw(db: Db, { id, lease }: Pick<Chargeable, "id" | "lease">): Promise<boolean> {
  const isOurs = and(eq(payments.id, id), eq(payments.money, "held"), eq(payments.leaseOwner, lease));
  const ended = { leaseOwner: null, leaseUntil: null };
  return (await db.update(payments).set(ended).where(isOurs).returning({ id: payments.id })).length === 1;
}

/** Notes the hash a facilitator named for a payment it was asked to settle; null notes that it named none. */
export async function noteHash(db: Db, paymentId: string, facilitatorTxHash: Hex | null): Promise<void> {
  await db.update(payments).set({ facilitatorTxHash }).where(eq(payments.id, paymentId));
}
