import postgres from "postgres";
import type { Database } from "@/lib/db/client";
import { groupCommit } from "@/lib/db/group-commit";
import { prepared } from "@/lib/db/prepared";
import type { NewPayment } from "@/lib/gateway/ports";
import type { ReasonCode } from "@/lib/x402/reasons";
import { JUDGED } from "./admission";
import { IS_EXHAUSTED, ONE_MORE } from "./attempts";
import { LEASE_SECONDS } from "./lease";

/** A payment that somebody wants to work on. */
export interface Wanted {
  payment: NewPayment;
  /** Its id, if it is new. */
  id: string;
  /** The lease it would be under. */
  lease: string;
  /** Whether its merchant has used up the gas of its day. */
  isGasSpent: boolean;
}

/** The id of the payment that was taken and when it is charged; or what is against it, null when only a claim before it. */
export type Taken = { id: string; charge: "after" | "before" } | { id: null; refusal: ReasonCode | null };

/** What a row of `wanted` is made of. */
const COLUMNS = `n int, id uuid, lease text, is_gas_spent boolean, funds numeric, read_at timestamptz,
  identity bytea, digest bytea, fingerprint bytea, identifier bytea, merchant_id uuid, endpoint_id uuid,
  endpoint_version int, rule text, method text, path text, query text, protocol int, scheme text, network text,
  asset text, payer text, pay_to text, amount numeric, "authorization" jsonb, valid_before numeric, charge text,
  presented_at timestamptz`;

const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

/**
 * Takes payments to work on them: inserted by the first to present one, taken over when its last attempt ended or its
 * process died, and left alone in every other case. The unique identity decides races, and a unique index who was first
 * to use an identifier.
 */
const TAKE = `
  with wanted as materialized (select * from json_to_recordset($1::text::json) w (${COLUMNS})), ${JUDGED},
  taken as (
    insert into payments as p (id, identity, digest, fingerprint, identifier, merchant_id, endpoint_id,
      endpoint_version, rule, method, path, query, protocol, scheme, network, asset, payer, pay_to, amount,
      "authorization", valid_before, charge, money, delivery, attempt, lease_owner, lease_until, presented_at, claimed_at)
    select id, identity, digest, fingerprint, identifier, merchant_id, endpoint_id,
      endpoint_version, rule, method, path, query, protocol, scheme, network, asset, payer, pay_to, amount,
      "authorization", valid_before, charged, 'held', 'pending', 1, lease, ${LEASE_END}, presented_at, now()
    from judged where refusal is null and is_leased is not true
    order by identity
    on conflict (identity) do update set
      delivery = case when p.delivery in ('failed', 'streaming') then 'pending' else p.delivery end,
      attempt = p.attempt + ${ONE_MORE},
      lease_owner = excluded.lease_owner,
      lease_until = excluded.lease_until,
      reason = null
    where p.digest = excluded.digest and p.fingerprint = excluded.fingerprint
      and p.identifier is not distinct from excluded.identifier
      and (p.lease_until is null or p.lease_until < now())
      and case p.delivery
        when 'ready' then p.money = 'held'
        else p.money in ('held', 'settled', 'final') and not ${IS_EXHAUSTED}
      end
    returning p.id, p.charge, p.lease_owner
  )
  select taken.id, taken.charge, refusal from judged left join taken on lease_owner = lease order by n`;

const bytes = (value: Uint8Array) => `\\x${Buffer.from(value).toString("hex")}`;

function toRow({ payment, id, lease, isGasSpent }: Wanted, n: number) {
  const { funds, identifier } = payment;
  return {
    n,
    id,
    lease,
    is_gas_spent: isGasSpent,
    funds: funds && `${funds.units}`,
    read_at: funds?.readAt,
    identity: bytes(payment.identity),
    digest: bytes(payment.digest),
    fingerprint: bytes(payment.fingerprint),
    identifier: identifier && bytes(identifier),
    merchant_id: payment.merchantId,
    endpoint_id: payment.endpointId,
    endpoint_version: payment.endpointVersion,
    rule: payment.rule,
    method: payment.method,
    path: payment.path,
    query: payment.query,
    protocol: payment.protocol,
    scheme: payment.scheme,
    network: payment.network,
    asset: payment.asset,
    payer: payment.payer,
    pay_to: payment.payTo,
    amount: `${payment.amount}`,
    authorization: payment.authorization,
    valid_before: `${payment.validBefore}`,
    charge: payment.charge,
    presented_at: payment.presentedAt,
  };
}

/** Whether a claim failed because its payer named another payment of this endpoint like this one, at the same time. */
function isNameTaken(error: unknown): boolean {
  return error instanceof postgres.PostgresError && error.constraint_name === "payments_identifier";
}

/** Opens the taking of payments, those of concurrent requests in one statement. */
export function openTake(db: Database["db"]): (wanted: Wanted) => Promise<Taken> {
  async function takeAll(many: readonly Wanted[]): Promise<readonly Taken[]> {
    try {
      return await prepared<Taken>(db, TAKE, [JSON.stringify(many.map(toRow))]);
    } catch (error) {
      if (many.length > 1 || !isNameTaken(error)) throw error;
      return [{ id: null, refusal: "idempotency_mismatch" }];
    }
  }
  const keyOf = ({ payment }: Wanted) => Buffer.from(payment.identity).toString("hex");
  return groupCommit(takeAll, { keyOf });
}
