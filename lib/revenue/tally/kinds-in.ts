import { and, type SQL, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { counted, type Scope, within } from "@/lib/revenue/scope";
import { HOUR_MS, QUARTER_MS, slotsWithin } from "./slot";

/** Holds while a merchant's tallies are not made: then only its payments themselves are the truth. */
export function untallied(merchantId: MerchantId): SQL {
  return sql`exists (select from untallied_merchants where merchant_id = ${merchantId})`;
}

/** Whether tallies tell apart all that a scope asks for. They know neither payers nor `settled` from `final`. */
export function isTallied({ payer, txHash, paymentId, money }: Scope): boolean {
  const isNamed = [payer, txHash, paymentId].some((name) => name !== undefined);
  return !isNamed && (money === undefined || !money.includes("settled") || money.includes("final"));
}

/** Whether a scope is of what is final and not of what will be, which tallies hold as one. */
export function isFinalOnly({ money }: Scope): boolean {
  return money?.includes("final") === true && !money.includes("settled");
}

/** What of a scope is in tallies, as a condition over any table of them, but for its networks and range. */
export function inTallies({ merchantId, endpointId, asset, money, delivery, amounts }: Scope): SQL {
  const paid = [money?.includes("final"), money?.includes("void")];
  const of = amounts?.map(
    ({ network, atLeast, atMost }) => sql`(network = ${network}
      and amount between ${(atLeast ?? 0n).toString()} and ${atMost === undefined ? sql`'infinity'` : atMost.toString()})`,
  );
  const clause = and(
    sql`merchant_id = ${merchantId}`,
    endpointId === undefined ? undefined : sql`endpoint_id = ${endpointId}`,
    asset === undefined ? undefined : sql`asset = ${asset}`,
    money === undefined ? undefined : sql`((paid and ${paid[0]}) or (not paid and ${paid[1]}))`,
    delivery === undefined ? undefined : sql`delivery in ${[...delivery]}`,
    of === undefined ? undefined : of.length === 0 ? sql`false` : sql`(${sql.join(of, sql` or `)})`,
    sql`not ${untallied(merchantId)}`,
  );
  return clause ?? sql`false`;
}

/** A payment that is in a tally. */
export const ENDED = sql`${payments.money} in ('settled', 'final', 'void')`;
/** A payment that is in none. */
export const OPEN = sql`${payments.money} in ('held', 'submitting')`;

function counting(scope: Scope, where: SQL | undefined, each = 1): SQL {
  return sql`select ${payments.network}, ${payments.asset}, ${payments.endpointId}, ${payments.amount} * ${each} as units,
    case when ${ENDED} then ${payments.money} <> 'void' end as paid, ${counted} as at, ${each}::bigint as payments
    from ${payments} where ${and(within(scope), where)}`;
}

/** Tallies by the hour, or by the quarter, of a scope that begins and ends with one; and what is not added to them yet. */
function tallied(scope: Scope, lengthMs: number): SQL[] {
  const [table, slot, units] =
    lengthMs === HOUR_MS
      ? [sql`hour_tallies`, sql`hour`, sql`units`]
      : [sql`payment_tallies`, sql`slot`, sql`amount * payments`];
  const within = (at: SQL) =>
    sql`${at} >= ${scope.from.toISOString()} and ${at} < ${scope.until.toISOString()}`;
  return [
    ...scope.networks.map(
      (network) => sql`select network, asset, endpoint_id, ${units} as units, paid, ${slot} as at, payments
        from ${table} where ${inTallies(scope)} and network = ${network} and ${within(slot)}`,
    ),
    sql`select network, asset, endpoint_id, amount * payments as units, paid, slot as at, payments
      from payment_tally_changes
      where ${inTallies(scope)} and network in ${[...scope.networks, ""]} and ${within(sql`slot`)}`,
    // What is paid is tallied with what is not final yet, which is little.
    ...(isFinalOnly(scope)
      ? [counting({ ...scope, money: ["settled"] }, sql`not ${untallied(scope.merchantId)}`, -1)]
      : []),
  ];
}

/** What has ended in a scope, from the longest slots that lie within it, and what is left on both sides from shorter ones. */
function ended(scope: Scope, [lengthMs, ...shorter]: readonly number[]): SQL[] {
  if (lengthMs === undefined) return [counting(scope, sql`${ENDED} and not ${untallied(scope.merchantId)}`)];
  const whole = slotsWithin(scope.from, scope.until, lengthMs);
  if (whole === null) return ended(scope, shorter);
  return [
    ...tallied({ ...scope, ...whole }, lengthMs),
    ...(scope.from < whole.from ? ended({ ...scope, until: whole.from }, shorter) : []),
    ...(whole.until < scope.until ? ended({ ...scope, from: whole.until }, shorter) : []),
  ];
}

/** The slots that a scope can be summed from: those by the hour know neither amount nor delivery. */
function lengthsFor(scope: Scope, bounds: readonly Date[]): number[] {
  if (!isTallied(scope)) return [];
  const isCoarse = scope.delivery === undefined && scope.amounts === undefined;
  return isCoarse && bounds.every((at) => at.getTime() % HOUR_MS === 0)
    ? [HOUR_MS, QUARTER_MS]
    : [QUARTER_MS];
}

/**
 * The payments of a scope by kind, as a table `(network, asset, endpoint_id, units, paid, at, payments)`: `payments` is
 * how many there are, or how many fewer, and `units` the sum of their amounts; `paid` is null of those that have not
 * ended; `at` is when they count, or the start of a slot that crosses none of `bounds`, which are starts of quarters of
 * an hour. What is open, and less than a slot, comes from the payments themselves.
 */
export function kindsIn(scope: Scope, bounds: readonly Date[] = []): SQL {
  const parts = [
    ...ended(scope, lengthsFor(scope, bounds)),
    counting(scope, sql`${ENDED} and ${untallied(scope.merchantId)}`),
    counting(scope, OPEN),
  ];
  return sql`(${sql.join(parts, sql` union all `)})`;
}
