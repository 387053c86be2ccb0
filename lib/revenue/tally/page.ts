import { and, type SQL, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";
import { counted, type Scope, within } from "@/lib/revenue/scope";
import { inTallies, untallied } from "./kinds-in";
import { slotOf } from "./slot";

/**
 * The ids of the first `limit` payments of a scope by `direction`, beyond a place in it. Tallies tell in which slots to
 * look, so that however rare they are among a merchant's payments, only those that count in the same quarters of an hour
 * are read beside them. The scope is one that tallies know, and not of what is final alone: they count what will be, too.
 */
export function idsOfPage(
  scope: Scope,
  beyond: SQL | undefined,
  direction: "asc" | "desc",
  limit: number,
): SQL {
  const order = sql.raw(direction);
  const first = (where: SQL) => sql`(
    select ${payments.id} as id, ${counted} as at from ${payments} where ${and(within(scope), beyond, where)}
    order by ${counted} ${order}, ${payments.id} ${order} limit ${limit})`;
  const each = [
    ...scope.networks.map((network) => talliesOf("payment_tallies", scope, sql`network = ${network}`)),
    talliesOf("payment_tally_changes", scope, sql`network in ${[...scope.networks, ""]}`),
  ];
  // Of the first slot all matches may lie outside, so they are not counted on, and it is one slot more.
  return sql`
    select id from (
      with slots as (
        select slot, sum(payments) as payments from (${sql.join(each, sql` union all `)}) each
        group by slot having sum(payments) > 0 order by slot ${order} limit ${limit + 1}
      ), enough as (
        select slot, sum(payments) over (order by slot ${order}) - payments
          - first_value(payments) over (order by slot ${order}) as before
        from slots
      )
      select found.id, found.at from enough cross join lateral
        ${first(sql`${counted} >= slot and ${counted} < slot + interval '15 minutes' and money in ('settled', 'final', 'void')`)} found
      where before < ${limit}
      union all ${first(sql`money in ('held', 'submitting')`)}
      union all ${first(untallied(scope.merchantId))}
    ) candidates order by at ${order}, id ${order} limit ${limit}`;
}

function talliesOf(table: "payment_tallies" | "payment_tally_changes", scope: Scope, network: SQL): SQL {
  return sql`select slot, payments from ${sql.identifier(table)}
    where ${inTallies(scope)} and ${network}
      and slot >= ${slotOf(scope.from).toISOString()} and slot < ${scope.until.toISOString()}`;
}
