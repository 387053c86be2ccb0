import { and, eq, sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { voidPayment } from "@/lib/ledger/record";
import { unattended } from "./settle";

type Db = Database["db"];

const AT_ONCE = 50;
/** How long after its authorization ran out a held payment is ended: clocks of the chain and the database differ. */
const EXPIRY_MARGIN_SECONDS = 60;

/** Ends attempts whose process died or failed half way, and holds whose authorization ran out. */
export async function sweepLeases(db: Db): Promise<void> {
  await db
    .update(payments)
    .set({ delivery: "failed", reason: "interrupted", leaseOwner: null, leaseUntil: null })
    .where(
      and(
        eq(payments.delivery, "pending"),
        sql`${payments.money} in ('held', 'settled', 'final')`,
        unattended,
      ),
    );
  const expired = await db
    .select({ id: payments.id })
    .from(payments)
    .where(
      and(
        eq(payments.money, "held"),
        unattended,
        sql`${payments.validBefore} < extract(epoch from now()) - ${EXPIRY_MARGIN_SECONDS}`,
      ),
    )
    .limit(AT_ONCE);
  for (const { id } of expired) await voidPayment(db, id, "authorization_expired", "expired");
}
