import { and, eq, isNull, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { chainFindings, payments, settlements } from "@/lib/db/schema";
import { newId } from "@/lib/ids";

/** Something the ledger and the chain disagree about. */
export type Finding = Omit<typeof chainFindings.$inferInsert, "id" | "firstSeenAt" | "resolvedAt">;

/** Notes a finding; one that was noted before is open again when it was resolved. True when it is new. */
export async function noteFinding(db: Db, finding: Finding): Promise<boolean> {
  const { network, txHash, logIndex, kind } = chainFindings;
  const [row] = await db
    .insert(chainFindings)
    .values({ id: newId(), ...finding })
    .onConflictDoUpdate({ target: [network, txHash, logIndex, kind], set: { resolvedAt: null } })
    .returning({ isNew: sql<boolean>`xmax = 0` });
  return row?.isNew === true;
}

/** Payments of open findings that may still be booked: their money arrived by somebody else's hand. */
export async function unsettledArrivals(db: Db, network: string) {
  const rows = await db
    .select({ payment: payments })
    .from(chainFindings)
    .innerJoin(payments, eq(payments.id, chainFindings.paymentId))
    .where(
      and(
        eq(chainFindings.network, network),
        eq(chainFindings.kind, "unanswered_transfer"),
        isNull(chainFindings.resolvedAt),
        sql`${payments.money} in ('held', 'submitting')`,
      ),
    );
  return rows.map(({ payment }) => payment);
}

/** How many settlements that their blocks lacked are looked for again at once. */
const AT_ONCE = 50;

/** Settlements that were found missing, and not in their blocks since. */
export async function missingSettlements(db: Db, network: string) {
  return db
    .select({ findingId: chainFindings.id, settlement: settlements })
    .from(chainFindings)
    .innerJoin(
      settlements,
      and(eq(settlements.paymentId, chainFindings.paymentId), isNull(settlements.orphanedAt)),
    )
    .where(
      and(
        eq(chainFindings.network, network),
        eq(chainFindings.kind, "missing_transfer"),
        isNull(chainFindings.resolvedAt),
      ),
    )
    .orderBy(sql`random()`)
    .limit(AT_ONCE);
}

/** Resolves a finding that turned out to be none. */
export async function resolveFinding(db: Db, id: string): Promise<void> {
  await db.update(chainFindings).set({ resolvedAt: sql`now()` }).where(eq(chainFindings.id, id));
}

/**
 * Resolves what was found and is right by now: the transfer is booked, or the settlement that lacked one was taken back.
 * What was never presented to us is nothing to find, and was noted by earlier versions.
 */
export async function resolveFindings(db: Db, network: string): Promise<void> {
  const booked = sql`exists (select from ${settlements} s where s.network = ${chainFindings.network}
    and s.tx_hash = ${chainFindings.txHash} and s.log_index = ${chainFindings.logIndex} and s.orphaned_at is null)`;
  await db
    .update(chainFindings)
    .set({ resolvedAt: sql`now()` })
    .where(
      and(
        eq(chainFindings.network, network),
        isNull(chainFindings.resolvedAt),
        sql`(${chainFindings.kind} = 'unknown_transfer' or (${chainFindings.kind} = 'missing_transfer') <> ${booked})`,
      ),
    );
}
