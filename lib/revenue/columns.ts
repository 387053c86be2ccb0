import type { Network } from "@/lib/chain/chain";
import { formatUnits } from "@/lib/money";
import { localTime } from "./days";

/** A payment as the export reads it: instants in UTC (ISO 8601), numbers of the chain as digits. */
export type ExportRow = {
  payment_id: string;
  settlement_id: string | null;
  money: string;
  delivery: string;
  reason: string | null;
  created_utc: string;
  settled_utc: string | null;
  endpoint_id: string;
  endpoint_name: string;
  endpoint_slug: string;
  rule: string;
  method: string;
  path: string;
  protocol: number;
  scheme: string;
  network: string;
  asset: string;
  price: string;
  amount: string | null;
  payer: string;
  pay_to: string;
  tx_hash: string | null;
  log_index: number | null;
  block_number: string | null;
  facilitator: string | null;
  price_version: number;
  upstream_status: number | null;
};

/** What every row of one file has in common. */
export interface ExportContext {
  networks: ReadonlyMap<string, Network>;
  timeZone: string;
}

type Cell = string | number | null;

function local(utc: string | null, timeZone: string): string | null {
  if (utc === null) return null;
  const at = new Date(utc);
  const clock = localTime(at, timeZone);
  const minutes = Math.round((Date.parse(`${clock}Z`) - at.getTime()) / 60_000);
  const ahead = Math.abs(minutes);
  const pad = (count: number) => String(count).padStart(2, "0");
  return `${clock}${minutes < 0 ? "-" : "+"}${pad(Math.floor(ahead / 60))}:${pad(ahead % 60)}`;
}

function tokenOf(row: ExportRow, { networks }: ExportContext) {
  const token = networks.get(row.network)?.token;
  return token?.address.toLowerCase() === row.asset.toLowerCase() ? token : undefined;
}

function decimal(units: string | null, decimals: number | undefined): string | null {
  return units === null || decimals === undefined ? null : formatUnits(BigInt(units), decimals);
}

/** The columns of the file in order: the name in its head and how a payment fills it. */
export const COLUMNS: readonly (readonly [
  name: string,
  fill: (row: ExportRow, context: ExportContext) => Cell,
])[] = [
  ["settlement_id", (row) => row.settlement_id],
  ["payment_id", (row) => row.payment_id],
  ["mode", (row, { networks }) => (networks.get(row.network)?.test === false ? "live" : "test")],
  ["money", (row) => row.money],
  ["delivery", (row) => row.delivery],
  ["reason", (row) => row.reason],
  ["created_utc", (row) => row.created_utc],
  ["settled_utc", (row) => row.settled_utc],
  ["block_time_utc", (row) => row.settled_utc],
  ["created_local", (row, { timeZone }) => local(row.created_utc, timeZone)],
  ["settled_local", (row, { timeZone }) => local(row.settled_utc, timeZone)],
  ["timezone", (_, { timeZone }) => timeZone],
  ["endpoint_id", (row) => row.endpoint_id],
  ["endpoint_name", (row) => row.endpoint_name],
  ["endpoint_slug", (row) => row.endpoint_slug],
  ["rule", (row) => row.rule],
  ["method", (row) => row.method],
  ["path", (row) => row.path],
  ["protocol", (row) => `x402-v${row.protocol}`],
  ["scheme", (row) => row.scheme],
  ["network_caip2", (row) => row.network],
  ["network_name", (row, { networks }) => networks.get(row.network)?.name ?? null],
  ["asset_symbol", (row, context) => tokenOf(row, context)?.symbol ?? null],
  ["asset_address", (row) => row.asset],
  ["asset_decimals", (row, context) => tokenOf(row, context)?.decimals ?? null],
  // Only what the chain proves counts as an amount, so that summing the column is the revenue.
  ["amount_atomic", (row) => row.amount],
  ["amount", (row, context) => decimal(row.amount, tokenOf(row, context)?.decimals)],
  ["list_price", (row, context) => decimal(row.price, tokenOf(row, context)?.decimals)],
  ["payer", (row) => row.payer],
  ["pay_to", (row) => row.pay_to],
  ["tx_hash", (row) => row.tx_hash],
  ["log_index", (row) => row.log_index],
  ["block_number", (row) => row.block_number],
  [
    "explorer_url",
    (row, { networks }) => {
      const explorer = networks.get(row.network)?.explorerUrl;
      return explorer && row.tx_hash ? `${explorer}/tx/${row.tx_hash}` : null;
    },
  ],
  ["facilitator", (row) => row.facilitator],
  ["price_version", (row) => row.price_version],
  ["upstream_status", (row) => row.upstream_status],
];
