import { type SQL, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import type { Scope } from "./scope";
import { kindsIn } from "./tally/kinds-in";

/** What a scope holds of one token on one network; two tokens are never added. */
export interface AssetTotal {
  network: string;
  /** Token address. */
  asset: string;
  /** Sum of the settlements, in base units of the token. */
  units: bigint;
  /** Payments of every state. */
  payments: number;
  /** Payments with a settlement. */
  settled: number;
  /** Payments that ended without money moving. */
  void: number;
}

/** Sums a scope per token, the one with the most settlements first; empty when the scope is. */
export async function totalsByAsset(db: Db, scope: Scope): Promise<AssetTotal[]> {
  const count = (of: SQL) => sql`coalesce(sum(payments) filter (where ${of}), 0)`;
  const rows = await db.execute<Record<keyof AssetTotal, string>>(sql`
    select network, asset, coalesce(sum(units) filter (where paid), 0) as units,
      sum(payments) as payments, ${count(sql`paid`)} as settled, ${count(sql`not paid`)} as void
    from ${kindsIn(scope)} kinds
    group by network, asset having sum(payments) > 0
    order by ${count(sql`paid`)} desc, network, asset`);
  return rows.map(({ network, asset, ...sums }) => ({
    network,
    asset,
    units: BigInt(sums.units),
    payments: Number(sums.payments),
    settled: Number(sums.settled),
    void: Number(sums.void),
  }));
}

/** The share of ended payments that were paid, in tenths of a percent; null while none has ended. */
export function paidRate(total: Pick<AssetTotal, "settled" | "void">): number | null {
  const ended = total.settled + total.void;
  return ended === 0 ? null : Math.floor((total.settled * 1000) / ended);
}

/** How revenue compares with the period before. */
export type Change = { kind: "none" } | { kind: "new" } | { kind: "ratio"; tenthsOfPercent: bigint };

/** Compares two sums of one token; the ratio is exact to a tenth of a percent, cut toward zero. */
export function changeSince(previous: bigint, current: bigint): Change {
  if (previous === 0n) return current === 0n ? { kind: "none" } : { kind: "new" };
  return { kind: "ratio", tenthsOfPercent: ((current - previous) * 1000n) / previous };
}
