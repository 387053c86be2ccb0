import type { NetworkLook } from "@/components/payments-table";
import type { Reader } from "@/lib/auth/reader";
import type { Network } from "@/lib/chain/chain";
import { endpointNames } from "@/lib/revenue/endpoint-names";
import { type Query, readFilters } from "@/lib/revenue/filters";
import type { PRESETS } from "@/lib/revenue/range";
import { parts } from "@/lib/server/parts";
import { currentMode } from "./mode";

/** A query string as Next hands it to pages. */
export type SearchParams = Promise<Record<string, string | string[] | undefined>>;

/** Reads a query string; of a field given twice the first counts. */
export async function readQuery(searchParams: SearchParams): Promise<Query> {
  const entries = Object.entries(await searchParams);
  return Object.fromEntries(entries.map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}

/** What payments a person looks at: the mode, the scope the query means, and what its fields can be set to. */
export async function readView(
  reader: Reader,
  query: Query,
  fallback: keyof typeof PRESETS,
  /** Asked for in place of the one the person chose. */
  askedMode?: string,
) {
  const { mode, networks, configured } = await currentMode(askedMode);
  const { merchantId, timeZone } = reader;
  const endpoints = await endpointNames(parts().database.db, merchantId);
  const now = new Date();
  const filters = readFilters(query, { merchantId, networks, endpoints, timeZone, now, fallback });
  return { ...filters, mode, networks, configured, endpoints, now };
}

/** How each network is named and its amounts written, by CAIP-2 id. */
export function networkLooks(networks: readonly Network[]): Map<string, NetworkLook> {
  return new Map(
    networks.map(({ id, name, token, explorerUrl }) => [
      id,
      { name, symbol: token.symbol, decimals: token.decimals, explorerUrl },
    ]),
  );
}
