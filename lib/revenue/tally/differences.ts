import { sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { allowMinutes } from "@/lib/db/transaction";

/** Where tallies do not hold what the ledger does. */
export interface TallyDifferences {
  count: number;
  /** One sentence for each of the first. */
  first: string[];
}

/** All payments and settlements are read. */
const LONGEST_MINUTES = 30;
const SAID = 20;

const instant = (at: string) => sql.raw(`to_char(${at} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`);
const slot = (length: string, at: string) => sql.raw(`date_bin('${length}', ${at}, '2000-01-01T00:00:00Z')`);

/**
 * Compares every tally with the ledger, in one snapshot: paid ones with the settlements, and void ones with the payments, by
 * all that they tell apart; and when each payer last paid. Merchants whose tallies are due to be made are left out.
 */
export async function tallyDifferences(db: Database["db"]): Promise<TallyDifferences> {
  return db.transaction(async (tx) => {
    await allowMinutes(tx, LONGEST_MINUTES);
    const rows = await tx.execute<{ said: string; count: number }>(sql`
      with ledger as materialized (
        select merchant_id, network, ${slot("15 minutes", "block_time")} as at, asset, endpoint_id, true as paid, delivery,
          amount, count(*) as payments
        from (
          select s.merchant_id, s.network, block_time, s.asset, s.endpoint_id, delivery, s.amount
          from settlements s join payments p on p.id = payment_id where orphaned_at is null
        ) settled group by 1, 2, 3, 4, 5, 6, 7, 8
        union all
        select merchant_id, network, ${slot("15 minutes", "claimed_at")}, asset, endpoint_id, false, delivery,
          amount, count(*)
        from payments where money = 'void' group by 1, 2, 3, 4, 5, 6, 7, 8
      ), quarters as (
        select merchant_id, at, format('quarter of an hour from %s, %s, token %s, endpoint %s, %s, delivery %s, %s base '
          'units each: %s tallied, %s in the ledger', ${instant("at")}, network, asset, endpoint_id,
          case when paid then 'paid' else 'void' end, delivery, amount, sum(tallied), sum(booked)) as said
        from (
          select merchant_id, network, slot as at, asset, endpoint_id, paid, delivery, amount, payments as tallied,
            0 as booked from payment_tallies
          union all
          select merchant_id, network, slot, asset, endpoint_id, paid, delivery, amount, payments, 0
          from payment_tally_changes
          union all
          select merchant_id, network, at, asset, endpoint_id, paid, delivery, amount, 0, payments from ledger
        ) each group by merchant_id, network, at, asset, endpoint_id, paid, delivery, amount
        having sum(tallied) <> sum(booked)
      ), hours as (
        select merchant_id, at, format('hour from %s, %s, token %s, endpoint %s, %s: %s of %s base units tallied, '
          '%s of %s in the ledger', ${instant("at")}, network, asset, endpoint_id,
          case when paid then 'paid' else 'void' end, sum(tallied), sum(tallied_units), sum(booked), sum(units)) as said
        from (
          select merchant_id, network, hour as at, asset, endpoint_id, paid, payments as tallied, units as tallied_units,
            0 as booked, 0 as units from hour_tallies
          union all
          select merchant_id, network, ${slot("1 hour", "slot")}, asset, endpoint_id, paid, payments, payments * amount,
            0, 0 from payment_tally_changes
          union all
          select merchant_id, network, ${slot("1 hour", "at")}, asset, endpoint_id, paid, 0, 0, payments,
            payments * amount from ledger
        ) each group by merchant_id, network, at, asset, endpoint_id, paid
        having (sum(tallied), sum(tallied_units)) <> (sum(booked), sum(units))
      ), payers as (
        select merchant_id, coalesce(last_paid_at, paid_at) as at, format('%s, token %s, payer %s: last paid %s by the '
          'tally, %s in the ledger', network, asset, payer, coalesce(${instant("last_paid_at")}, 'never'),
          coalesce(${instant("paid_at")}, 'never')) as said
        from (select * from tallied_payers where last_paid_at is not null) tallied
        full join (
          select merchant_id, network, asset, payer, max(block_time) as paid_at
          from settlements where orphaned_at is null group by 1, 2, 3, 4
        ) settled using (merchant_id, network, asset, payer) as its
        -- Until a payer's changes are added, the time is not told by the tally.
        where last_paid_at is distinct from paid_at and not exists (
          select from payment_tally_changes c where paid and (c.merchant_id, c.network, c.asset, c.payer)
            = (its.merchant_id, its.network, its.asset, its.payer))
      )
      select 'Merchant ' || merchant_id || ', ' || said as said, count(*) over ()::int as count
      from (select * from quarters union all select * from hours union all select * from payers) differences
      where not exists (select from untallied_merchants due where due.merchant_id = differences.merchant_id)
      order by merchant_id, at, said limit ${SAID}`);
    return { count: rows[0]?.count ?? 0, first: rows.map(({ said }) => said) };
  });
}

/** Has a worker make the tallies of every merchant anew; until it has, their payments themselves are read. */
export async function untallyAll({ db }: Pick<Database, "db">): Promise<void> {
  await db.execute(sql`insert into untallied_merchants select id from merchants on conflict do nothing`);
}
