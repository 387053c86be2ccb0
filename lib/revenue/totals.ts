import { eq, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { itsSettlement, type Scope, within } from "./scope";

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
  /** Different payers with a settlement. */
  payers: number;
}

/** Sums a scope per token, the one with the most settlements first; empty when the scope is. */
export async function totalsByAsset(db: Db, scope: Scope): Promise<AssetTotal[]> {
  const settled = sql<number>`count(${settlements.id})`.mapWith(Number);
  return db
    .select({
      network: payments.network,
      asset: payments.asset,
      units: sql<bigint>`coalesce(sum(${settlements.amount}), 0)`.mapWith(BigInt),
      payments: sql<number>`count(*)`.mapWith(Number),
      settled,
      void: sql<number>`count(*) filter (where ${eq(payments.money, "void")})`.mapWith(Number),
      payers: sql<number>`count(distinct ${settlements.payer})`.mapWith(Number),
    })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(within(scope))
    .groupBy(payments.network, payments.asset)
    .orderBy(sql`count(${settlements.id}) desc`, payments.network, payments.asset);
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
