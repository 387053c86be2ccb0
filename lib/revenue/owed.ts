import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** Counts the payments on these networks that came without their answer going out, whenever that was. */
export async function countOwed(
  db: Db,
  merchantId: MerchantId,
  networks: readonly string[],
): Promise<number> {
  const [row] = await db
    .select({ owed: sql<number>`count(*)`.mapWith(Number) })
    .from(payments)
    .where(
      and(
        eq(payments.merchantId, merchantId),
        inArray(payments.network, [...networks]),
        inArray(payments.money, ["settled", "final"]),
        eq(payments.delivery, "failed"),
      ),
    );
  return row?.owed ?? 0;
}

/** Tells whether the merchant has ever been presented a payment on these networks. */
export async function hasPayments(
  db: Db,
  merchantId: MerchantId,
  networks: readonly string[],
): Promise<boolean> {
  const rows = await db
    .select({ id: payments.id })
    .from(payments)
    .where(and(eq(payments.merchantId, merchantId), inArray(payments.network, [...networks])))
    .limit(1);
  return rows.length > 0;
}
