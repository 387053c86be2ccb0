import { and, eq, sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { adopt, recordSettlements, voidPayment } from "@/lib/ledger/record";
import { unattended } from "@/lib/ledger/unattended";
import type { Log } from "@/lib/log";

const AT_ONCE = 50;

/**
 * Ends held payments whose authorization ran out in a block that is final, once the chain proves that nobody used it; one
 * whose money somebody else sent is booked, and owed an answer where it has none. It takes no lease: who presents such a
 * payment meanwhile is to hear that it ran out, and not that somebody works on it.
 */
export async function expireHolds(db: Database["db"], chain: Chain, log: Log): Promise<void> {
  const { time } = await chain.history.finalHead();
  const rows = await db
    .select()
    .from(payments)
    .where(
      and(
        eq(payments.money, "held"),
        eq(payments.network, chain.network.id),
        unattended,
        sql`${payments.validBefore} <= ${Math.floor(time.getTime() / 1000)}`,
      ),
    )
    // So that those whose end cannot be proven keep no others waiting.
    .orderBy(sql`random()`)
    .limit(AT_ONCE);
  const end = async (row: (typeof rows)[number]) => {
    const proof = await chain.prove(authorizationOf(row), null);
    if (proof.outcome === "failed") await voidPayment(db, row.id, proof.reason, "unattended");
    if (proof.outcome === "settled" && (await adopt(db, row.id))) {
      await recordSettlements(db, [{ paymentId: row.id, ...proof.proof }]);
    }
  };
  await Promise.all(
    rows.map((row) => end(row).catch((error: unknown) => log.warn("worker.expire_failed", { error }))),
  );
}
