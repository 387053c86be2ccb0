import { getAddress, isAddress } from "viem";
import type { Network } from "@/lib/chain/chain";
import { isId, type MerchantId } from "@/lib/ids";
import { parsePrice, priceToUnits } from "@/lib/money";
import type { PRESETS, Range } from "./range";
import { readRange } from "./range";
import type { DeliveryState, MoneyState, Scope } from "./scope";

const MONEY: readonly MoneyState[] = ["held", "submitting", "settled", "final", "void"];
const DELIVERY: readonly DeliveryState[] = ["pending", "ready", "streaming", "failed"];

/** The query of a page or of the CSV; every view of payments is addressed by these names. */
export type Query = Readonly<Record<string, string | undefined>>;

/** What a query is read against. */
export interface FilterContext {
  merchantId: MerchantId;
  /** Every network of the mode. */
  networks: readonly Network[];
  /** The merchant's endpoints, deleted ones included. */
  endpoints: readonly { id: string; slug: string }[];
  timeZone: string;
  now: Date;
  /** The range when the query names none. */
  fallback: keyof typeof PRESETS;
}

/** A query as read: the scope it means, and one sentence for each field that could not be read. */
export interface Filters {
  range: Range;
  scope: Scope;
  problems: { search?: string; min?: string; max?: string };
}

function states<State extends string>(known: readonly State[], given = ""): State[] | undefined {
  const asked = given.split(",");
  const found = known.filter((state) => asked.includes(state));
  return found.length > 0 ? found : undefined;
}

function readSearch(text: string): Pick<Scope, "payer" | "txHash" | "paymentId"> | null {
  if (/^0x[0-9a-f]{64}$/i.test(text)) return { txHash: text.toLowerCase() };
  if (isAddress(text, { strict: false })) return { payer: [getAddress(text), text.toLowerCase()] };
  return isId(text) ? { paymentId: text } : null;
}

/** Reads a query into a scope. A field that cannot be read makes the scope empty: never more than was asked for. */
export function readFilters(query: Query, context: FilterContext): Filters {
  const search = query.q?.trim() ?? "";
  const fallback = search === "" ? context.fallback : "all";
  const range = readRange(query, { timeZone: context.timeZone, now: context.now, fallback });
  const problems: Filters["problems"] = {};

  const found = search === "" ? {} : readSearch(search);
  if (found === null) problems.search = "Enter a transaction hash, a payer's address or a payment id.";

  const bound = (field: "min" | "max") => {
    const text = query[field]?.trim() ?? "";
    if (text === "") return undefined;
    const price = parsePrice(text);
    if (!price.ok) problems[field] = "Not an amount";
    return price.ok ? price.microUsd : undefined;
  };
  const [min, max] = [bound("min"), bound("max")];

  const networks = context.networks.filter((network) => !query.network || network.id === query.network);
  const endpoint = context.endpoints.find((candidate) => candidate.slug === query.endpoint);
  const strange = query.asset && !isAddress(query.asset, { strict: false });
  const unknown = Object.keys(problems).length > 0 || (query.endpoint && !endpoint) || strange;
  const scope: Scope = {
    merchantId: context.merchantId,
    networks: unknown ? [] : networks.map((network) => network.id),
    from: range.from,
    until: range.until,
    endpointId: endpoint?.id,
    asset: strange ? undefined : query.asset || undefined,
    money: states(MONEY, query.money),
    delivery: states(DELIVERY, query.delivery),
    ...found,
  };
  if (min === undefined && max === undefined) return { range, scope, problems };
  const amounts = networks.map(({ id, token }) => ({
    network: id,
    atLeast: min === undefined ? undefined : priceToUnits(min, token.decimals),
    atMost: max === undefined ? undefined : priceToUnits(max, token.decimals),
  }));
  return { range, scope: { ...scope, amounts }, problems };
}

/** The query string with some fields changed; a page of a list never survives a change of the filter. */
export function queryWith(query: Query, changes: Query): string {
  const { before, after, ...kept } = query;
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries({ ...kept, ...changes })) {
    if (value !== undefined && value !== "") params.set(name, value);
  }
  return params.size === 0 ? "?" : `?${params}`;
}
