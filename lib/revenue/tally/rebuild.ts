import { sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { allowMinutes } from "@/lib/db/transaction";
import type { MerchantId } from "@/lib/ids";
import { counted } from "@/lib/revenue/scope";
import { lockTallies } from "./fold";

/** Millions of payments are read in one statement; and meanwhile what ends waits as changes. */
const LONGEST_MINUTES = 30;

/**
 * Makes a merchant's tallies anew from its payments; false when another process is changing tallies. One statement reads
 * the payments and removes the changes, so it sees both at one moment: a later change of a payment stays.
 */
export async function rebuildTallies(db: Database["db"], merchantId: MerchantId): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await lockTallies(tx))) return false;
    await allowMinutes(tx, LONGEST_MINUTES);
    for (const table of ["payment_tallies", "hour_tallies", "tallied_payers", "untallied_merchants"])
      await tx.execute(sql`delete from ${sql.identifier(table)} where merchant_id = ${merchantId}`);
    await tx.execute(sql`
      with removed as (
        delete from payment_tally_changes where merchant_id = ${merchantId}
      ), payers as (
        insert into tallied_payers (merchant_id, network, asset, payer, last_paid_at)
        select merchant_id, network, asset, payer, max(settled_at)
        from ${payments} where merchant_id = ${merchantId} and settled_at is not null
        group by 1, 2, 3, 4
      )
      insert into payment_tallies (merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, payments)
      select merchant_id, network, date_bin('15 minutes', ${counted}, '2000-01-01T00:00:00Z'), asset, endpoint_id,
        amount, money <> 'void', delivery, count(*)
      from ${payments} where merchant_id = ${merchantId} and money in ('settled', 'final', 'void')
      group by 1, 2, 3, 4, 5, 6, 7, 8`);
    await tx.execute(sql`
      insert into hour_tallies (merchant_id, network, hour, asset, endpoint_id, paid, payments, units)
      select merchant_id, network, date_bin('1 hour', slot, '2000-01-01T00:00:00Z'), asset, endpoint_id, paid,
        sum(payments), sum(amount * payments)
      from payment_tallies where merchant_id = ${merchantId} group by 1, 2, 3, 4, 5, 6`);
    return true;
  });
}
