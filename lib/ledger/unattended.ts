import { and, lt, or, type SQL, sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";

const AT_ONCE = 50;

/** Nobody works on the payment: its lease ended or was given back. */
export const unattended = or(sql`${payments.leaseUntil} is null`, lt(payments.leaseUntil, sql`now()`));

/**
 * Takes payments of a kind that nobody works on, those looked at longest ago first, so that none keeps others waiting.
 * A short lease under this token keeps replicas off each other's rows without holding a transaction across the chain.
 */
export async function takeUnattended(db: Database["db"], ofKind: SQL, leaseOwner: string | null) {
  return db.transaction(async (tx) => {
    const due = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(and(ofKind, unattended))
      .orderBy(sql`${payments.leaseUntil} nulls first`)
      .limit(AT_ONCE)
      .for("update", { skipLocked: true });
    if (due.length === 0) return [];
    return tx
      .update(payments)
      .set({ leaseOwner, leaseUntil: sql`now() + interval '5 seconds'` })
      .where(sql`${payments.id} in ${due.map((row) => row.id)}`)
      .returning();
  });
}
