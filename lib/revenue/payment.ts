import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { answers, chainTxs, endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { isId, type MerchantId } from "@/lib/ids";

/** Reads one payment with all that is known of it; null when the merchant has none of this id. */
export async function readPayment(db: Db, merchantId: MerchantId, id: string) {
  if (!isId(id)) return null;
  const [found] = await db
    .select({
      payment: payments,
      settlement: settlements,
      endpoint: { slug: endpoints.slug, state: endpoints.state, version: endpoints.version },
      /** The terms it was quoted. */
      terms: { name: endpointVersions.name, createdAt: endpointVersions.createdAt },
      sent: { hash: chainTxs.hash, sender: chainTxs.sender, createdAt: chainTxs.createdAt },
      answer: {
        contentType: answers.contentType,
        sizeBytes: answers.sizeBytes,
        expiresAt: answers.expiresAt,
      },
    })
    .from(payments)
    .innerJoin(endpoints, eq(endpoints.id, payments.endpointId))
    .innerJoin(
      endpointVersions,
      and(
        eq(endpointVersions.endpointId, payments.endpointId),
        eq(endpointVersions.version, payments.endpointVersion),
      ),
    )
    .leftJoin(settlements, itsSettlement)
    .leftJoin(chainTxs, eq(chainTxs.id, payments.chainTxId))
    .leftJoin(answers, and(eq(answers.paymentId, payments.id), sql`${answers.expiresAt} > now()`))
    .where(and(eq(payments.merchantId, merchantId), eq(payments.id, id)));
  return found ?? null;
}

/** A payment as its page shows it. */
export type PaymentDetail = NonNullable<Awaited<ReturnType<typeof readPayment>>>;
