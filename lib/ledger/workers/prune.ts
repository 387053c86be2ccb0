import { sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { KEEP_HOURS } from "@/lib/ledger/deliver";

type Db = Database["db"];

/** Rows removed by one statement, answers of a mebibyte each among them, and statements in one round. */
const AT_ONCE = 100;
const BATCHES = 100;
/** How long a payment that moved no money is shown to its merchant. */
const SHOWN_DAYS = 90;

/**
 * Forgets what is of no use any more: answers a day after they were given and paid for, and payments that moved no
 * money, long after their authorization ran out, so that none can come back as new (faults A11).
 */
export async function prune(db: Db): Promise<void> {
  // While a payment may still be charged its answer stays: otherwise its payer would pay for nothing.
  await inBatches((limit) =>
    db.execute(sql`
    delete from answers where payment_id = any(array(
      select payment_id from answers
      cross join lateral (select settled_at from payments where id = payment_id limit 1) paid
      where expires_at < now() and settled_at < now() - make_interval(hours => ${KEEP_HOURS})
      order by expires_at
      limit ${limit}
      for update of answers skip locked))
    returning payment_id`),
  );
  await inBatches((limit) =>
    db.execute(sql`
    delete from payments where id in (
      select id from payments
      where money = 'void' and voided_at < now() - make_interval(days => ${SHOWN_DAYS})
        and valid_before < extract(epoch from now() - interval '25 hours')
        and not exists (select from settlements where payment_id = payments.id)
        and not exists (select from chain_findings where payment_id = payments.id)
      limit ${limit}
      for update skip locked)
    returning id`),
  );
}

/** Removes as many as there are, a few at a time: one statement for all would run into its timeout, and so would the next. */
async function inBatches(remove: (limit: number) => Promise<{ length: number }>): Promise<void> {
  for (let batch = 0; batch < BATCHES; batch++) {
    if ((await remove(AT_ONCE)).length < AT_ONCE) return;
  }
}
