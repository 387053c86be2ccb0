import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { counted, within } from "@/lib/revenue/scope";
import { untallied } from "./kinds-in";

/**
 * Counts the different payers that paid a merchant in a token between two instants. Who paid last in between paid in
 * between; only who paid later too, or has changes that are not added yet, is looked for among the payments.
 */
export async function countPayers(
  db: Db,
  of: { merchantId: MerchantId; network: string; asset: string; from: Date; until: Date },
): Promise<number> {
  const { merchantId, network, asset } = of;
  const [from, until] = [of.from.toISOString(), of.until.toISOString()];
  const token = sql`merchant_id = ${merchantId} and network = ${network} and asset = ${asset}`;
  const [row] = await db.execute<{ payers: string }>(sql`
    with unsure as (select distinct payer from payment_tally_changes where ${token} and paid)
    select case when ${untallied(merchantId)} then (
      select count(distinct ${payments.payer}) from ${payments}
      where ${within({ ...of, networks: [network] })} and ${payments.settledAt} is not null
    ) else (
      select count(*) from tallied_payers
      where ${token} and last_paid_at >= ${from} and last_paid_at < ${until} and payer not in (select payer from unsure)
    ) + (
      select count(*) from (
        select payer from tallied_payers where ${token} and last_paid_at >= ${until} union select payer from unsure
      ) maybe
      where exists (
        select from ${payments}
        where ${payments.merchantId} = ${merchantId} and ${payments.payer} = maybe.payer
          and ${counted} >= ${from} and ${counted} < ${until}
          and ${payments.network} = ${network} and ${payments.asset} = ${asset} and ${payments.settledAt} is not null)
    ) end as payers`);
  return Number(row?.payers ?? 0);
}
