import { and, type SQL, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";
import { counted, type Scope, within } from "@/lib/revenue/scope";
import { ENDED, inTallies, OPEN, untallied } from "./kinds-in";
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
  const isOlder = direction === "desc";
  const [from, until] = [slotOf(scope.from).toISOString(), scope.until.toISOString()];
  // No slot, but where the way through them begins.
  const bound = isOlder ? until : new Date(slotOf(scope.from).getTime() - 1).toISOString();
  const tables = [
    ...scope.networks.map((network) => sql`payment_tallies where network = ${network}`),
    sql`payment_tally_changes where network in ${[...scope.networks, ""]}`,
  ].map((table) => sql`${table} and ${inTallies(scope)}`);
  const onward = isOlder
    ? sql`slot < walk.slot and slot >= ${from}`
    : sql`slot > walk.slot and slot < ${until}`;
  const nearest = tables.map(
    (table) => sql`(select slot from ${table} and ${onward} order by slot ${sql.raw(direction)} limit 1)`,
  );
  const held = tables.map((table) => sql`select payments from ${table} and slot = next.slot`);
  const order = sql.raw(direction);
  const first = (where: SQL) => sql`(
    select ${payments.id} as id, ${counted} as at from ${payments} where ${and(within(scope), beyond, where)}
    order by ${counted} ${order}, ${payments.id} ${order} limit ${limit})`;
  const inSlot = sql`${counted} >= slot and ${counted} < slot + interval '15 minutes'`;
  // From slot to slot, until enough are seen: all slots of years must not be read for a page. Of the first slot all
  // matches may lie outside, so they do not count.
  return sql`
    select id from (
      with recursive walk as (
        select ${bound}::timestamptz as slot, 0::numeric as seen, true as outside
        union all
        select next.slot, seen + case when outside then 0 else held.payments end, false
        from walk
        cross join lateral (
          select ${isOlder ? sql`max` : sql`min`}(slot) as slot from (${sql.join(nearest, sql` union all `)}) each
        ) next
        cross join lateral (
          select coalesce(sum(payments), 0) as payments from (${sql.join(held, sql` union all `)}) each
        ) held
        where seen < ${limit} and next.slot is not null
      )
      select found.id, found.at from walk cross join lateral ${first(sql`${inSlot} and ${ENDED}`)} found where not outside
      union all ${first(OPEN)}
      union all ${first(sql`${ENDED} and ${untallied(scope.merchantId)}`)}
    ) candidates order by at ${order}, id ${order} limit ${limit}`;
}
