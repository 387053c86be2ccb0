import { sql } from "drizzle-orm";
import type { Database, Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { counted } from "@/lib/revenue/scope";

/** Any number, as long as every replica takes the same one. */
const LOCK = 840_233;
const AT_ONCE = 2_000;

/** Waits for no other: false when another process is changing tallies. Holds until the transaction ends. */
export async function lockTallies(tx: Db): Promise<boolean> {
  const [row] = await tx.execute<{ locked: boolean }>(
    sql`select pg_try_advisory_xact_lock(${LOCK}) as locked`,
  );
  return row?.locked === true;
}

/**
 * Adds the oldest changes to the tallies; tells whether there are more. Whoever reads sees each change exactly once,
 * before and after: it leaves one table in the transaction in which it enters the other.
 */
export async function foldTallies(db: Database["db"]): Promise<boolean> {
  return db.transaction(async (tx) => {
    if (!(await lockTallies(tx))) return false;
    const rows = await tx.execute(sql`
      with taken as (
        delete from payment_tally_changes
        where id in (select id from payment_tally_changes order by id limit ${AT_ONCE})
        returning *
      ), payers as (
        insert into tallied_payers (merchant_id, network, asset, payer, last_paid_at)
        select merchant_id, network, asset, payer, (
          select ${payments.settledAt} from ${payments}
          where ${payments.merchantId} = one.merchant_id and ${payments.payer} = one.payer
            and ${payments.network} = one.network and ${payments.asset} = one.asset and ${payments.settledAt} is not null
          order by ${counted} desc, ${payments.id} desc limit 1)
        from (select distinct merchant_id, network, asset, payer from taken where paid) one
        on conflict (merchant_id, network, asset, payer) do update set last_paid_at = excluded.last_paid_at
      ), added as (
        insert into payment_tallies (merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, payments)
        select merchant_id, network, slot, asset, endpoint_id, amount, paid, delivery, sum(payments)
        from taken group by 1, 2, 3, 4, 5, 6, 7, 8 having sum(payments) <> 0
        on conflict on constraint payment_tallies_pk do update
          set payments = payment_tallies.payments + excluded.payments
      ), by_hour as (
        insert into hour_tallies (merchant_id, network, hour, asset, endpoint_id, paid, payments, units)
        select merchant_id, network, date_bin('1 hour', slot, '2000-01-01T00:00:00Z'), asset, endpoint_id, paid,
          sum(payments), sum(amount * payments)
        from taken group by 1, 2, 3, 4, 5, 6 having sum(payments) <> 0 or sum(amount * payments) <> 0
        on conflict on constraint hour_tallies_pk do update
          set payments = hour_tallies.payments + excluded.payments, units = hour_tallies.units + excluded.units
      )
      select from taken`);
    return rows.length === AT_ONCE;
  });
}
