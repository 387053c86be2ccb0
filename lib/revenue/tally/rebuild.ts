import { sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { counted } from "@/lib/revenue/scope";
import { lockTallies } from "./fold";

/** Millions of payments are read in one statement; and meanwhile what ends waits as changes. */
const LONGEST = "10min";

/**
 * Makes a merchant's tallies anew from its payments; false when another process is changing tallies. All of it sees one
 * snapshot: a change that is not in it is of a payment as it was, and stays.
 */
export async function rebuildTallies(db: Database["db"], merchantId: MerchantId): Promise<boolean> {
  return db.transaction(
    async (tx) => {
      if (!(await lockTallies(tx))) return false;
      await tx.execute(sql`set local statement_timeout = ${sql.raw(`'${LONGEST}'`)}`);
      for (const table of [
        "payment_tally_changes",
        "payment_tallies",
        "tallied_payers",
        "untallied_merchants",
      ])
        await tx.execute(sql`delete from ${sql.identifier(table)} where merchant_id = ${merchantId}`);
      await tx.execute(sql`
        insert into payment_tallies (merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, payments)
        select merchant_id, network, date_bin('15 minutes', ${counted}, '2000-01-01T00:00:00Z'), asset, endpoint_id,
          amount, money <> 'void', delivery, count(*)
        from ${payments} where merchant_id = ${merchantId} and money in ('settled', 'final', 'void')
        group by 1, 2, 3, 4, 5, 6, 7, 8`);
      await tx.execute(sql`
        insert into tallied_payers (merchant_id, network, asset, payer, last_paid_at)
        select merchant_id, network, asset, payer, max(settled_at)
        from ${payments} where merchant_id = ${merchantId} and settled_at is not null
        group by 1, 2, 3, 4`);
      return true;
    },
    { isolationLevel: "repeatable read" },
  );
}
