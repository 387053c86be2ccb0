import { and, type SQL, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { counted, type Scope, within } from "@/lib/revenue/scope";
import { slotsWithin } from "./slot";

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

/** What of a scope is in tallies, over `payment_tallies` and `payment_tally_changes`, but for its networks and range. */
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

const ENDED = sql`${payments.money} in ('settled', 'final', 'void')`;
const OPEN = sql`${payments.money} in ('held', 'submitting')`;

function counting(rows: SQL, where: SQL | undefined, each = 1): SQL {
  return sql`select ${payments.network}, ${payments.asset}, ${payments.endpointId}, ${payments.amount},
    case when ${ENDED} then ${payments.money} <> 'void' end as paid, ${counted} as at, ${each}::bigint as payments
    from ${payments} where ${and(rows, where)}`;
}

/**
 * The payments of a scope by kind, as a table `(network, asset, endpoint_id, amount, paid, at, payments)`: `payments` is
 * how many of `amount` each there are, or how many fewer; `paid` is null of those that have not ended; `at` is when they
 * count, or the slot of that. Whole slots come from tallies; what is open, and the rest of a slot, from the payments.
 */
export function kindsIn(scope: Scope): SQL {
  const open = counting(within(scope), OPEN);
  const slots = isTallied(scope) ? slotsWithin(scope.from, scope.until) : null;
  if (slots === null) return sql`(${open} union all ${counting(within(scope), ENDED)})`;
  const inSlots = sql`slot >= ${slots.from.toISOString()} and slot < ${slots.until.toISOString()}`;
  const columns = sql`network, asset, endpoint_id, amount, paid, slot as at, payments`;
  const whole = { ...scope, ...slots };
  const parts = [
    ...scope.networks.map(
      (network) => sql`select ${columns} from payment_tallies
        where ${inTallies(scope)} and network = ${network} and ${inSlots}`,
    ),
    sql`select ${columns} from payment_tally_changes
      where ${inTallies(scope)} and network in ${[...scope.networks, ""]} and ${inSlots}`,
    counting(within(whole), sql`${ENDED} and ${untallied(scope.merchantId)}`),
    open,
  ];
  if (scope.from < slots.from) parts.push(counting(within({ ...scope, until: slots.from }), ENDED));
  if (slots.until < scope.until) parts.push(counting(within({ ...scope, from: slots.until }), ENDED));
  // A tally of what is paid holds what is not final yet, which is little.
  if (isFinalOnly(scope))
    parts.push(
      counting(within({ ...whole, money: ["settled"] }), sql`not ${untallied(scope.merchantId)}`, -1),
    );
  return sql`(${sql.join(parts, sql` union all `)})`;
}
