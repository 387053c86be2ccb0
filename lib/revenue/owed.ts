import { and, eq, inArray, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { untallied } from "./tally/kinds-in";

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

/** Tells whether the merchant was ever presented a payment on these networks; one that came to nothing is forgotten in the end. */
export async function hasPayments(
  db: Db,
  merchantId: MerchantId,
  networks: readonly string[],
): Promise<boolean> {
  const of = (table: string) => sql`select from ${sql.identifier(table)}
    where merchant_id = ${merchantId} and network in ${[...networks, ""]}`;
  // Each is found by an index, also when all of a merchant's many payments are on other networks.
  const [row] = await db.execute<{ any: boolean }>(sql`
    select exists (${of("payment_tallies")}) or exists (${of("payment_tally_changes")})
      or exists (${of("payments")} and money in ('held', 'submitting'))
      or (${untallied(merchantId)} and exists (${of("payments")})) as any`);
  return row?.any === true;
}
