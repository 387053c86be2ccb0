import { and, eq, gte, inArray, lt, lte, or, type SQL, sql } from "drizzle-orm";
import { chainTxs, payments, settlements } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** Where the money is. */
export type MoneyState = (typeof payments.$inferSelect)["money"];

/** Whether the answer reached the payer. */
export type DeliveryState = (typeof payments.$inferSelect)["delivery"];

/** Which payments are meant. Headline, chart, table and CSV all take one of these, so they cannot disagree. */
export interface Scope {
  merchantId: MerchantId;
  /** CAIP-2 ids, all of one mode: live and test are never in one scope. */
  networks: readonly string[];
  /** The first instant; what a payment counts for is the time it settled, else the time it was claimed. */
  from: Date;
  /** The first instant after. */
  until: Date;
  endpointId?: string;
  /** Token address, as the payment carries it. */
  asset?: string;
  money?: readonly MoneyState[];
  delivery?: readonly DeliveryState[];
  /** The payer's address in every spelling to look for. */
  payer?: readonly string[];
  /** Bounds in base units, both included, per network: tokens differ in their decimals. */
  amounts?: readonly { network: string; atLeast?: bigint; atMost?: bigint }[];
  /** A transaction hash in lower case. */
  txHash?: string;
  paymentId?: string;
}

/** The instant a payment counts for: the time of its block, or of its claim while it has none. */
export const counted = sql<Date>`coalesce(${payments.settledAt}, ${payments.claimedAt})`.mapWith(
  payments.claimedAt,
);

function ofTransaction(scope: Scope, txHash: string): SQL {
  return sql`${payments.id} in (
    select ${settlements.paymentId} from ${settlements}
      where ${and(inArray(settlements.network, [...scope.networks]), eq(settlements.txHash, txHash))}
    union all
    select sent.id from ${payments} sent join ${chainTxs} on ${chainTxs.id} = sent.chain_tx_id
      where ${and(inArray(chainTxs.network, [...scope.networks]), eq(chainTxs.hash, txHash))}
    union all
    select asked.id from ${payments} asked where asked.money = 'submitting' and asked.facilitator_tx_hash = ${txHash})`;
}

/** The one WHERE clause, over `payments` and its settlement. */
export function within(scope: Scope): SQL {
  const instant = (at: Date) => sql`${at.toISOString()}::timestamptz`;
  const amounts = scope.amounts?.map(({ network, atLeast, atMost }) =>
    and(
      eq(payments.network, network),
      atLeast === undefined ? undefined : gte(payments.amount, atLeast),
      atMost === undefined ? undefined : lte(payments.amount, atMost),
    ),
  );
  const clause = and(
    eq(payments.merchantId, scope.merchantId),
    gte(counted, instant(scope.from)),
    lt(counted, instant(scope.until)),
    inArray(payments.network, [...scope.networks]),
    scope.endpointId === undefined ? undefined : eq(payments.endpointId, scope.endpointId),
    scope.asset === undefined ? undefined : eq(payments.asset, scope.asset),
    scope.money === undefined ? undefined : inArray(payments.money, [...scope.money]),
    scope.delivery === undefined ? undefined : inArray(payments.delivery, [...scope.delivery]),
    scope.payer === undefined ? undefined : inArray(payments.payer, [...scope.payer]),
    amounts === undefined ? undefined : (or(...amounts) ?? sql`false`),
    scope.txHash === undefined ? undefined : ofTransaction(scope, scope.txHash),
    scope.paymentId === undefined ? undefined : eq(payments.id, scope.paymentId),
  );
  return clause ?? sql`false`;
}
