import { and, eq, gt, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { answers, payments } from "@/lib/db/schema";
import type { Answer, ClaimedPayment } from "@/lib/gateway/ports";
import type { Sealer } from "@/lib/seal";
import type { ReasonCode } from "@/lib/x402/reasons";
import { sealAnswer } from "./answer";

/** How long an answer can be fetched again with its payment, from when it was given and from when it was paid for. */
export const KEEP_HOURS = 24;

/** The row of this claim, if it is still ours: whoever lost the lease must change nothing. */
const stillOurs = (payment: ClaimedPayment) =>
  and(
    eq(payments.id, payment.id),
    eq(payments.leaseOwner, payment.lease),
    gt(payments.leaseUntil, sql`now()`),
  );

/** Keeps the upstream's answer and marks it ready, in one transaction; false when the lease was lost. */
export async function keepAnswer(
  db: Db,
  sealer: Sealer,
  payment: ClaimedPayment,
  answer: Answer,
): Promise<boolean> {
  const sealed = sealAnswer(sealer, payment.id, answer);
  const type = answer.headers.find(([name]) => name.toLowerCase() === "content-type");
  return db.transaction(async (tx) => {
    const changed = await tx
      .update(payments)
      .set({ delivery: "ready", answeredAt: sql`now()`, upstreamStatus: answer.status })
      .where(and(stillOurs(payment), eq(payments.delivery, "pending")))
      .returning({ id: payments.id });
    if (changed.length === 0) return false;
    await tx.insert(answers).values({
      paymentId: payment.id,
      status: answer.status,
      contentType: type?.[1] ?? null,
      sizeBytes: answer.body.byteLength,
      sealed,
      expiresAt: sql`now() + make_interval(hours => ${KEEP_HOURS})`,
    });
    return true;
  });
}

/** Notes that a 2xx status line came and its body streams; false when the lease was lost. */
export async function beginStream(db: Db, payment: ClaimedPayment, upstreamStatus: number): Promise<boolean> {
  const changed = await db
    .update(payments)
    .set({ delivery: "streaming", answeredAt: sql`now()`, upstreamStatus })
    .where(and(stillOurs(payment), eq(payments.delivery, "pending")))
    .returning({ id: payments.id });
  return changed.length === 1;
}

/** Ends an attempt that gave no answer and gives the lease back; a no-op when the lease was lost. */
export async function failDelivery(
  db: Db,
  payment: ClaimedPayment,
  reason: ReasonCode,
  upstreamStatus?: number,
) {
  await db
    .update(payments)
    .set({
      delivery: "failed",
      reason,
      upstreamStatus: upstreamStatus ?? null,
      leaseOwner: null,
      leaseUntil: null,
    })
    .where(and(stillOurs(payment), sql`${payments.delivery} in ('pending', 'streaming')`));
}

/** Gives the lease back. */
export async function releaseLease(db: Db, payment: ClaimedPayment) {
  await db
    .update(payments)
    .set({ leaseOwner: null, leaseUntil: null })
    .where(and(eq(payments.id, payment.id), eq(payments.leaseOwner, payment.lease)));
}
