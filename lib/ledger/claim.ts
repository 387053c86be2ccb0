import { eq, type SQL, sql } from "drizzle-orm";
import postgres from "postgres";
import type { Db } from "@/lib/db/client";
import { answers, payments, settlements } from "@/lib/db/schema";
import type { Claim, ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { type MerchantId, newId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import { type ReasonCode, reasonFor } from "@/lib/x402/reasons";
import { chargeOf, refusalOf } from "./admission";
import { openAnswer } from "./answer";
import { type Leases, leaseEnd } from "./lease";
import { selectPayment } from "./payment-row";
import { itsSettlement } from "./record";

/** How often the upstream may be asked for one payment. */
const MAX_ATTEMPTS = 5;

/**
 * What a new claim adds to the attempts: nothing when the answer is there, or the last one ended before anyone was asked,
 * as one surely did that was to be charged first and was not.
 */
const oneMore = sql`case when ${payments.delivery} = 'ready' or (${payments.charge} = 'before' and ${payments.money} = 'held')
  or (${payments.reason} <> 'interrupted' and ${payments.reason} not like 'upstream%') then 0 else 1 end`;

/** No identifier; none that was digested is as short. */
const NONE = new Uint8Array();

type PaymentRow = typeof payments.$inferSelect;

function toClaimed(row: PaymentRow, lease: string): ClaimedPayment {
  return { ...row, protocol: row.protocol === 1 ? 1 : 2, lease };
}

/** What claiming needs of the ledger. */
export interface ClaimParts {
  db: Db;
  sealer: Sealer;
  leases: Leases;
  /** Whether a merchant has used up its gas of the day on a network. */
  isGasSpent(merchantId: string, network: string): Promise<boolean>;
}

/** Whether a claim failed because its payer named another payment of this endpoint like this one. */
function isNameTaken(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof postgres.PostgresError && cause.constraint_name === "payments_identifier";
}

/**
 * Takes a payment to work on it, in one statement: inserted by the first to present it, taken over when its last
 * attempt ended or its process died, and left alone in every other case. The unique identity decides races, and a unique
 * index who was first to use an identifier.
 */
export async function claim(
  { db, sealer, leases, isGasSpent }: ClaimParts,
  payment: NewPayment,
): Promise<Claim> {
  const refusal = refusalOf(payment, await isGasSpent(payment.merchantId, payment.network));
  const lease = newId();
  const { funds: _, ...terms } = payment;
  const row = selectPayment({
    ...terms,
    merchantId: payment.merchantId as MerchantId,
    id: newId(),
    charge: chargeOf(payment),
    money: "held",
    delivery: "pending",
    attempt: 1,
    leaseOwner: lease,
    leaseUntil: leaseEnd,
    claimedAt: sql`now()`,
  });
  const taken = sql`${payments.delivery} in ('failed', 'streaming')`;
  const rows = await db
    .insert(payments)
    .select(sql`${row} where ${refusal} is null`)
    .onConflictDoUpdate({
      target: payments.identity,
      set: {
        delivery: sql`case when ${taken} then 'pending' else ${payments.delivery} end`,
        attempt: sql`${payments.attempt} + ${oneMore}`,
        leaseOwner: lease,
        leaseUntil: leaseEnd,
        reason: null,
      },
      setWhere: sql`${payments.digest} = excluded.digest and ${payments.fingerprint} = excluded.fingerprint
        and ${payments.identifier} is not distinct from excluded.identifier
        and (${payments.leaseUntil} is null or ${payments.leaseUntil} < now())
        and case ${payments.delivery}
          when 'ready' then ${payments.money} = 'held'
          else ${payments.money} in ('held', 'settled', 'final') and ${payments.attempt} + ${oneMore} <= ${MAX_ATTEMPTS}
        end`,
    })
    .returning()
    .catch((error: unknown) => {
      if (isNameTaken(error)) return "name taken" as const;
      throw error;
    });
  const claimed = rows === "name taken" ? undefined : rows[0];
  if (!claimed) {
    const stands = await standing(db, sealer, payment);
    if (stands !== null) return stands;
    return rows === "name taken" ? { kind: "refused", code: "idempotency_mismatch" } : admission(db, refusal);
  }
  leases.hold(lease, claimed.id);
  return { kind: claimed.delivery === "ready" ? "charge" : "work", payment: toClaimed(claimed, lease) };
}

/** Says why a payment was not taken that is new or free to be taken. */
async function admission(db: Db, refusal: SQL): Promise<Claim> {
  const [row] = await db.execute<{ code: ReasonCode | null }>(sql`select ${refusal} as code`);
  const code = row?.code ?? null;
  if (code === "insufficient_funds") return { kind: "overdrawn" };
  // Without a reason, what was in the way a moment ago is gone.
  return code === null ? { kind: "busy" } : { kind: "refused", code };
}

/** Says where a payment stands that somebody claimed before; null when nothing of it is in the way. */
async function standing(db: Db, sealer: Sealer, payment: NewPayment): Promise<Claim | null> {
  const [found] = await db
    .select({
      row: payments,
      leased: sql<boolean>`coalesce(${payments.leaseUntil} > now(), false)`,
      exhausted: sql<boolean>`${payments.attempt} + ${oneMore} > ${MAX_ATTEMPTS}`,
      answer: answers.sealed,
      txHash: settlements.txHash,
    })
    .from(payments)
    .leftJoin(answers, eq(answers.paymentId, payments.id))
    .leftJoin(settlements, itsSettlement)
    .where(eq(payments.identity, payment.identity));
  if (!found) return null;
  const refused = (code: ReasonCode): Claim => ({ kind: "refused", code });
  const { row } = found;
  const same = (a: Uint8Array, b: Uint8Array) => Buffer.compare(a, b) === 0;
  if (!same(row.digest, payment.digest) || !same(row.fingerprint, payment.fingerprint)) {
    return refused("payment_used_for_other_request");
  }
  // The chain shows everybody what was signed, but not what the payer called it: who does not know gets no answer.
  if (!same(row.identifier ?? NONE, payment.identifier ?? NONE)) return refused("idempotency_mismatch");
  const claimed = toClaimed(row, "");
  if (row.money === "void") {
    return refused(
      row.reason !== null && reasonFor(row.reason) ? (row.reason as ReasonCode) : "payment_cancelled",
    );
  }
  if (found.txHash !== null && row.delivery === "ready") {
    if (!found.answer) return refused("answer_expired");
    const answer = openAnswer(sealer, row.id, found.answer);
    return { kind: "replay", payment: claimed, txHash: found.txHash, answer };
  }
  if (found.leased) return { kind: "busy" };
  if (row.money === "submitting") return { kind: "submitted", payment: claimed };
  return found.exhausted ? refused("attempts_exhausted") : null;
}

/** How far a payment got before this presentation, or null when it is new. */
export async function findPayment(db: Db, identity: Uint8Array, signature: string) {
  const [row] = await db
    .select({ money: payments.money, delivery: payments.delivery, authorization: payments.authorization })
    .from(payments)
    .where(eq(payments.identity, identity));
  if (!row) return null;
  return {
    begun: row.money !== "held" || row.delivery === "ready",
    sameSignature: row.authorization.signature === signature,
  };
}
