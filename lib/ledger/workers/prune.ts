import { lt, sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { answers } from "@/lib/db/schema";
import { KEEP_HOURS } from "@/lib/ledger/deliver";

type Db = Database["db"];

const AT_ONCE = 500;
/** How long a payment that moved no money is shown to its merchant. */
const SHOWN_DAYS = 90;

/**
 * Forgets what is of no use any more: answers a day after they were given and paid for, and payments that moved no
 * money, long after their authorization ran out, so that none can come back as new (faults A11).
 */
export async function prune(db: Db): Promise<void> {
  // While a payment may still be charged its answer stays: otherwise its payer would pay for nothing.
  const paidLongAgo = sql`exists (select from payments where payments.id = ${answers.paymentId}
    and payments.settled_at < now() - make_interval(hours => ${KEEP_HOURS}))`;
  await db.delete(answers).where(sql`${lt(answers.expiresAt, sql`now()`)} and ${paidLongAgo}`);
  await db.execute(sql`
    delete from payments where id in (
      select id from payments
      where money = 'void' and voided_at < now() - make_interval(days => ${SHOWN_DAYS})
        and valid_before < extract(epoch from now() - interval '25 hours')
        and not exists (select from settlements where payment_id = payments.id)
        and not exists (select from chain_findings where payment_id = payments.id)
      limit ${AT_ONCE}
      for update skip locked)`);
}
