import { and, eq, isNull } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** How far a payment got, as its row shows it while it is under way. */
export type PaymentProgress = NonNullable<Awaited<ReturnType<typeof readProgress>>>;

/** Reads how far the payment of an identity got; null before it was claimed, and for another merchant's. */
export async function readProgress(db: Db, merchantId: MerchantId, identity: Uint8Array) {
  const [row] = await db
    .select({
      id: payments.id,
      reason: payments.reason,
      upstreamStatus: payments.upstreamStatus,
      presentedAt: payments.presentedAt,
      claimedAt: payments.claimedAt,
      answeredAt: payments.answeredAt,
      submittedAt: payments.submittedAt,
      txHash: settlements.txHash,
      block: settlements.blockNumber,
      provenAt: settlements.createdAt,
    })
    .from(payments)
    .leftJoin(settlements, and(eq(settlements.paymentId, payments.id), isNull(settlements.orphanedAt)))
    .where(and(eq(payments.identity, identity), eq(payments.merchantId, merchantId)));
  return row ?? null;
}
