import { and, eq, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { unattended } from "@/lib/ledger/unattended";

/** Ends attempts whose process died or failed half way, so that the payment can be presented again. */
export async function sweepLeases(db: Db): Promise<void> {
  await db
    .update(payments)
    .set({ delivery: "failed", reason: "interrupted", leaseOwner: null, leaseUntil: null })
    .where(
      and(
        eq(payments.delivery, "pending"),
        // Apart, because there is an index of each and none of both.
        sql`(${payments.money} = 'held' or ${payments.money} in ('settled', 'final'))`,
        unattended,
      ),
    );
}
