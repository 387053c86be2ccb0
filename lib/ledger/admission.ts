import { type SQL, sql } from "drizzle-orm";
import type { NewPayment } from "@/lib/gateway/ports";

/** More payments than these on their way, or one for longer than this, and a network takes no new ones (faults D9). */
const BACKLOG = { payments: 200, afterSeconds: 10, withinSeconds: 300, oldestSeconds: 60 };
/** Payments of one payer that failed within an hour, after which it pays before the call, and not at all (faults J3). */
const STRIKES = { before: 3, none: 10 };

/**
 * How often a payer's payments failed on chain, or for want of what it took back, within an hour, after we worked for
 * them. Read from the payments themselves, so that no counter can be wrong.
 */
function strikesOf({ payer }: NewPayment): SQL {
  return sql`(select count(*) from payments strike
    where strike.payer = ${payer} and strike.money = 'void' and strike.voided_at > now() - interval '1 hour'
      and (strike.answered_at is not null or strike.chain_tx_id is not null)
      and strike.reason in ('settlement_reverted', 'insufficient_funds', 'payment_cancelled'))`;
}

/**
 * Whether a network has more on its way than it settles. Those just sent are its ordinary work, and one that waits for
 * long tells of the others only when they wait behind it: in our relayer's queue, and not for the proof that it expired.
 * Nor do many that wait for long: what a facilitator refuses stays until it expires, and its payers choose when that is.
 */
function isBackedUp({ network }: NewPayment): SQL {
  const waiting = (seconds: number) => sql`select from payments sent
    where sent.money = 'submitting' and sent.network = ${network}
      and sent.submitted_at < now() - make_interval(secs => ${seconds})`;
  return sql`exists (${waiting(BACKLOG.oldestSeconds)}
      and sent.chain_tx_id is not null and sent.valid_before > extract(epoch from now()))
    or (select count(*) from (${waiting(BACKLOG.afterSeconds)}
      and sent.submitted_at > now() - make_interval(secs => ${BACKLOG.withinSeconds}) limit ${BACKLOG.payments + 1}) late) > ${BACKLOG.payments}`;
}

/** Whether the payer's funds do not cover this payment beside those on their way (faults A10). */
function isOverdrawn({ network, asset, payer, identity, amount, funds }: NewPayment): SQL {
  if (funds === null) return sql`false`;
  const reserved = sql`reserved_units(${network}, ${asset}, ${payer}, ${identity}, ${funds.readAt.toISOString()})`;
  return sql`${reserved} + ${amount.toString()}::numeric > ${funds.units.toString()}::numeric`;
}

/** When a payment is charged: before the call also for a payer whose payments failed too often after it. */
export function chargeOf(payment: NewPayment): SQL {
  return sql`case when ${strikesOf(payment)} >= ${STRIKES.before} then 'before' else ${payment.charge} end`;
}

/**
 * Why we do not begin to work for a payment that moved no money yet, as a stable code; null when nothing is against it,
 * and for what is paid already, because that is owed. The last look is at the payer's funds, and holds its other claims up.
 */
export function refusalOf(payment: NewPayment, isGasSpent: boolean): SQL {
  return sql`case
    when exists (select from payments paid where paid.identity = ${payment.identity} and paid.money <> 'held') then null
    when exists (select from merchants where id = ${payment.merchantId} and suspended_at is not null)
      then 'merchant_suspended'
    when ${isGasSpent} then 'endpoint_paused'
    when ${isBackedUp(payment)} then 'chain_unavailable'
    when ${strikesOf(payment)} >= ${STRIKES.none} then 'payer_blocked'
    when ${isOverdrawn(payment)} then 'insufficient_funds'
  end`;
}
