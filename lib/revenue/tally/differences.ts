import { sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { allowMinutes } from "@/lib/db/transaction";

/** A token of a merchant whose tallies do not hold what its settlements do; sums in base units. */
export type TallyDifference = {
  merchantId: string;
  network: string;
  asset: string;
  /** The slots of the tallies. */
  by: "hour" | "quarter";
  settlements: string;
  units: string;
  talliedSettlements: string;
  talliedUnits: string;
};

/** All settlements are read. */
const LONGEST_MINUTES = 10;

/** Compares every tally with the settlements, in one snapshot; merchants whose tallies are due to be made are left out. */
export async function tallyDifferences(db: Database["db"]): Promise<TallyDifference[]> {
  return db.transaction(async (tx) => {
    await allowMinutes(tx, LONGEST_MINUTES);
    const rows = await tx.execute<TallyDifference>(sql`
      with tallied as (
        select merchant_id, network, asset, by, sum(payments) as payments, sum(units) as units from (
          select merchant_id, network, asset, 'hour' as by, units, payments from hour_tallies where paid
          union all
          select merchant_id, network, asset, 'quarter', amount * payments, payments from payment_tallies where paid
          union all
          select merchant_id, network, asset, length, amount * payments, payments
          from payment_tally_changes, (values ('hour'), ('quarter')) slots (length) where paid
        ) kinds group by 1, 2, 3, 4
      ), settled as (
        select merchant_id, network, asset, length as by, count(*) as payments, sum(amount) as units
        from settlements, (values ('hour'), ('quarter')) slots (length) where orphaned_at is null group by 1, 2, 3, 4
      )
      select merchant_id as "merchantId", network, asset, by,
        coalesce(settled.payments, 0)::text as settlements, coalesce(settled.units, 0)::text as units,
        coalesce(tallied.payments, 0)::text as "talliedSettlements", coalesce(tallied.units, 0)::text as "talliedUnits"
      from tallied full join settled using (merchant_id, network, asset, by)
      where merchant_id not in (select merchant_id from untallied_merchants)
        and (coalesce(tallied.payments, 0), coalesce(tallied.units, 0))
          <> (coalesce(settled.payments, 0), coalesce(settled.units, 0))
      order by 1, 2, 3, 4`);
    return [...rows];
  });
}

/** Has a worker make the tallies of every merchant anew; until it has, their payments themselves are read. */
export async function untallyAll({ db }: Pick<Database, "db">): Promise<void> {
  await db.execute(sql`insert into untallied_merchants select id from merchants on conflict do nothing`);
}
