/** More payments than these on their way, or one for longer than this, and a network takes no new ones (faults D9). */
const BACKLOG = { payments: 200, afterSeconds: 10, withinSeconds: 300, oldestSeconds: 60 };
/** Payments of one payer that failed within an hour, after which it pays before the call, and not at all (faults J3). */
const STRIKES = { before: 3, none: 10 };

const waiting = (what: string, seconds: number) => `select ${what} from payments sent
  where sent.money = 'submitting' and sent.network = networks.network
    and sent.submitted_at < now() - make_interval(secs => ${seconds})`;

/**
 * Whether each network of `wanted` has more on its way than it settles. Those just sent are its ordinary work, and one
 * that waits for long tells of the others only when they wait behind it: in our relayer's queue, and not for the proof
 * that it expired. Nor do many that wait for long: what a facilitator refuses stays until it expires, and its payers
 * choose when that is.
 */
const BACKLOGS = `select network,
    (${waiting("true", BACKLOG.oldestSeconds)}
      and sent.chain_tx_id is not null and sent.valid_before > extract(epoch from now()) limit 1) is true
    or (select count(*) from (${waiting("", BACKLOG.afterSeconds)}
      and sent.submitted_at > now() - make_interval(secs => ${BACKLOG.withinSeconds}) limit ${BACKLOG.payments + 1}) late)
      > ${BACKLOG.payments} is_backed_up
  from (select distinct network from wanted) networks`;

/**
 * How often the payer of `w` had payments that failed on chain, or for want of what it took back, within an hour, after
 * we worked for them. Read from the payments themselves, so that no counter can be wrong.
 */
const STRIKES_OF = `select count(*) strikes from payments strike
  where strike.payer = w.payer and strike.money = 'void' and strike.voided_at > now() - interval '1 hour'
    and (strike.answered_at is not null or strike.chain_tx_id is not null)
    and strike.reason in ('settlement_reverted', 'insufficient_funds', 'payment_cancelled')`;

/**
 * Judges the payments of `wanted`: `judged` gives each with why we do not begin to work for it, as a stable code in
 * `refusal`, and when it is charged: before the call also for a payer whose payments failed too often after it. Nothing is
 * against what is paid already, because that is owed. The last look is at the payers' funds (faults A10): whoever takes
 * part in `reserves` waits for the other claims of its payer, in an order that all statements keep; those of one payer
 * within a statement add up. One that somebody works on is reserved for already, and cannot be taken.
 *
 * Every row of a table is looked up by its key, one at a time: the statement is planned once, perhaps while the tables
 * were empty, and must not scan them when they have grown.
 */
export const JUDGED = `
  backlogs as materialized (${BACKLOGS}),
  looked as materialized (
    select w.*, is_owed, is_leased,
      case when strikes >= ${STRIKES.before} then 'before' else w.charge end charged,
      case
        when is_owed then null
        when is_suspended then 'merchant_suspended'
        when w.is_gas_spent then 'endpoint_paused'
        when is_backed_up then 'chain_unavailable'
        when strikes >= ${STRIKES.none} then 'payer_blocked'
        when is_name_taken then 'idempotency_mismatch'
      end against
    from wanted w join backlogs using (network)
    cross join lateral (${STRIKES_OF}) strikes
    left join lateral (
      select true is_suspended from merchants where id = w.merchant_id and suspended_at is not null limit 1
    ) merchant on true
    left join lateral (
      select money <> 'held' is_owed, lease_until > now() is_leased from payments where identity = w.identity limit 1
    ) known on true
    left join lateral (
      select true is_name_taken from payments p
      where p.endpoint_id = w.endpoint_id and p.payer = w.payer and p.identifier = w.identifier
        and p.money <> 'void' and p.identity <> w.identity limit 1
    ) named on true
  ),
  reserves as materialized (
    select network, asset, payer, read_at, reserved_units(network, asset, payer, '', read_at) units
    from (
      select network, asset, payer, read_at from looked
      where against is null and is_owed is not true and funds is not null
      group by network, asset, payer, read_at
      order by hashtextextended(network || asset || payer, 0)
    ) in_turn
  ),
  judged as materialized (
    select looked.*, case
        when against is null and is_owed is not true and units + sum(amount)
          filter (where against is null and is_owed is not true and is_leased is not true)
          over (partition by network, asset, payer order by n) > funds then 'insufficient_funds'
        else against
      end refusal
    from looked left join reserves using (network, asset, payer, read_at)
  )`;
