import { and, eq, sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { lookAfter } from "@/lib/ledger/look-after";
import { type ProvenPayment, recordSettlements } from "@/lib/ledger/record";
import { unattended } from "@/lib/ledger/unattended";
import type { Log } from "@/lib/log";

type Db = Database["db"];

const AT_ONCE = 50;

/** A stream begins once it is paid for: whoever died before, and never gave its lease back, sent nothing of it, so it is owed. */
const unlessCutOff = sql`case when delivery = 'streaming' and lease_owner is not null then 'failed' else delivery end`;

/** Takes submitted payments that nobody works on, those looked at longest ago first, so that none keeps others waiting. */
async function takeUnattended(db: Db) {
  return db.transaction(async (tx) => {
    const due = await tx
      .select({ id: payments.id })
      .from(payments)
      .where(and(eq(payments.money, "submitting"), unattended))
      .orderBy(sql`${payments.leaseUntil} nulls first`)
      .limit(AT_ONCE)
      .for("update", { skipLocked: true });
    if (due.length === 0) return [];
    // A short lease keeps replicas off each other's rows without holding a transaction across the chain.
    return tx
      .update(payments)
      .set({ leaseOwner: null, leaseUntil: sql`now() + interval '5 seconds'`, delivery: unlessCutOff })
      .where(sql`${payments.id} in ${due.map((row) => row.id)}`)
      .returning();
  });
}

/**
 * Books what became of payments that were sent and lost sight of: by the receipt of any transaction that was signed for
 * them, or by whoever used their nonce; void only when that is proven. What was sent in vain is sent once more.
 */
export async function settleUnattended(db: Db, chains: ReadonlyMap<string, Chain>, log: Log): Promise<void> {
  const rows = await takeUnattended(db);
  const record = (proven: ProvenPayment) => recordSettlements(db, [proven]);
  const look = async (row: (typeof rows)[number]) => {
    const chain = chains.get(row.network);
    if (chain) await lookAfter({ db, chain, record }, { ...row, lease: "" }, false);
  };
  // What fails holds up nothing else.
  await Promise.all(
    rows.map((row) => look(row).catch((error: unknown) => log.warn("worker.look_failed", { error }))),
  );
}
