import { type SQL, sql } from "drizzle-orm";
import type { Network, Token } from "@/lib/chain/chain";
import { endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { formatUnits } from "@/lib/money";
import { harmless } from "./csv";

/** What every row of one file has in common. */
export interface ExportContext {
  /** By CAIP-2 id. */
  networks: ReadonlyMap<string, Network>;
  timeZone: string;
}

const utc = (instant: SQL) => sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;
/** As a clock shows it in the session's time zone. */
const local = (instant: SQL) => sql`to_char(${instant}, 'YYYY-MM-DD"T"HH24:MI:SSTZH:TZM')`;

/** What is said of the payment's network; null of one that is not known, or of which nothing is said. */
function ofNetwork({ networks }: ExportContext, say: (network: Network) => SQL | string | null): SQL {
  const cases = [...networks.values()].map(
    (network) => sql` when ${network.id} then ${say(network) ?? sql`null`}`,
  );
  if (cases.length === 0) return sql`null`;
  return sql`case ${payments.network}${sql.join(cases)} end`;
}

/** What is said of the payment's token; null when it is not the one that is listed for its network. */
function ofToken(context: ExportContext, say: (token: Token) => SQL | string): SQL {
  return ofNetwork(
    context,
    ({ token }) =>
      sql`case when lower(${payments.asset}) = ${token.address.toLowerCase()} then ${say(token)} end`,
  );
}

/** Base units as an exact decimal: multiplied, for a division would be rounded. */
const decimal = (units: SQL, context: ExportContext) =>
  sql`trim_scale(${units} * ${ofToken(context, ({ decimals }) => sql`${formatUnits(1n, decimals)}::numeric`)})`;

/** The columns of the file in order: the name in its head and how a payment with its settlement fills it. */
export function exportColumns(context: ExportContext): (readonly [name: string, value: SQL])[] {
  const claimed = sql`${payments.claimedAt}`;
  const settled = sql`${settlements.blockTime}`;
  const isLive = ofNetwork(context, ({ test }) => (test ? "test" : "live"));
  const explorer = ofNetwork(context, ({ explorerUrl }) => explorerUrl);
  /** What a merchant, a payer, an upstream or a facilitator had a part in. */
  const text = (value: unknown) => harmless(sql`${value}`);
  return [
    ["settlement_id", sql`${settlements.id}`],
    ["payment_id", sql`${payments.id}`],
    ["mode", sql`coalesce(${isLive}, 'test')`],
    ["money", sql`${payments.money}`],
    ["delivery", sql`${payments.delivery}`],
    ["reason", text(payments.reason)],
    ["created_utc", utc(claimed)],
    ["settled_utc", utc(settled)],
    ["block_time_utc", utc(settled)],
    ["created_local", local(claimed)],
    ["settled_local", local(settled)],
    ["timezone", sql`${context.timeZone}`],
    ["endpoint_id", sql`${payments.endpointId}`],
    ["endpoint_name", text(endpointVersions.name)],
    ["endpoint_slug", text(endpoints.slug)],
    ["rule", text(payments.rule)],
    ["method", text(payments.method)],
    ["path", text(payments.path)],
    ["protocol", sql`'x402-v' || ${payments.protocol}`],
    ["scheme", text(payments.scheme)],
    ["network_caip2", text(payments.network)],
    ["network_name", ofNetwork(context, ({ name }) => name)],
    ["asset_symbol", ofToken(context, ({ symbol }) => symbol)],
    ["asset_address", text(payments.asset)],
    ["asset_decimals", ofToken(context, ({ decimals }) => String(decimals))],
    // Only what the chain proves counts as an amount, so that summing the column is the revenue.
    ["amount_atomic", sql`${settlements.amount}`],
    ["amount", decimal(sql`${settlements.amount}`, context)],
    ["list_price", decimal(sql`${payments.amount}`, context)],
    ["payer", text(payments.payer)],
    ["pay_to", text(payments.payTo)],
    ["tx_hash", text(settlements.txHash)],
    ["log_index", sql`${settlements.logIndex}`],
    ["block_number", sql`${settlements.blockNumber}`],
    ["explorer_url", sql`${explorer} || '/tx/' || ${settlements.txHash}`],
    ["facilitator", text(payments.facilitator)],
    ["price_version", sql`${payments.endpointVersion}`],
    ["upstream_status", sql`${payments.upstreamStatus}`],
  ];
}
