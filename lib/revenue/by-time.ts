import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import type { Bucket } from "./range";
import type { Scope } from "./scope";
import { kindsIn } from "./tally/kinds-in";

/** Endpoints with a colour of their own; the rest are one series. */
const SERIES = 5;

/** One colour of the chart: an endpoint, or every other endpoint together (`endpointId` null). */
export interface Series {
  endpointId: string | null;
  name: string;
  /** Over the whole range, in base units. */
  units: bigint;
  payments: number;
}

/** One bar; `units` holds a sum for each series, in their order. */
export interface Bar extends Bucket {
  units: bigint[];
  total: bigint;
  payments: number;
}

/** Revenue of one token over time. */
export interface RevenueByTime {
  series: Series[];
  bars: Bar[];
}

/** What one endpoint earned in one bucket. */
interface Sum {
  bucket: number;
  endpointId: string;
  name: string;
  units: bigint;
  payments: number;
}

/** Sums a scope of one token per bucket and endpoint; a bucket without a settlement is a bar of zero. */
export async function revenueByTime(
  db: Db,
  scope: Scope,
  buckets: readonly Bucket[],
): Promise<RevenueByTime> {
  const bounds = buckets.map(({ from }) => from);
  const starts = sql.join(
    bounds.map((from) => sql`${from.toISOString()}`),
    sql`, `,
  );
  // Counted from 1: the last bucket that has begun. Boundaries are ours, so a repeated hour falls on its own day.
  const found = await db.execute<Record<keyof Sum, string>>(sql`
    select bucket, sums.endpoint_id as "endpointId", name, units, payments from (
      select width_bucket(at, array[${starts}]::timestamptz[]) as bucket, endpoint_id, sum(units) as units,
        sum(payments) as payments
      from ${kindsIn(scope, bounds)} kinds where paid
      group by 1, 2 having sum(payments) > 0
    ) sums
    join ${endpoints} on ${endpoints.id} = sums.endpoint_id
    join ${endpointVersions} on ${endpointVersions.endpointId} = ${endpoints.id}
      and ${endpointVersions.version} = ${endpoints.version}`);
  const rows = found.map(
    ({ endpointId, name, ...sums }): Sum => ({
      bucket: Number(sums.bucket),
      endpointId,
      name,
      units: BigInt(sums.units),
      payments: Number(sums.payments),
    }),
  );
  const series = rank(rows);
  const bars = buckets.map((each): Bar => ({ ...each, units: series.map(() => 0n), total: 0n, payments: 0 }));
  for (const row of rows) {
    const bar = bars[row.bucket - 1];
    if (!bar) throw new Error("A settlement of the scope lies outside its buckets");
    const own = series.findIndex((one) => one.endpointId === row.endpointId);
    const at = own === -1 ? series.length - 1 : own;
    bar.units[at] = (bar.units[at] ?? 0n) + row.units;
    bar.total += row.units;
    bar.payments += row.payments;
  }
  return { series, bars };
}

function rank(rows: readonly Sum[]): Series[] {
  const byEndpoint = new Map<string, Series>();
  for (const { endpointId, name, units, payments: count } of rows) {
    const known = byEndpoint.get(endpointId) ?? { endpointId, name, units: 0n, payments: 0 };
    byEndpoint.set(endpointId, { ...known, units: known.units + units, payments: known.payments + count });
  }
  const ranked = [...byEndpoint.values()].sort(
    (a, b) => Number(b.units > a.units) - Number(b.units < a.units) || a.name.localeCompare(b.name),
  );
  if (ranked.length <= SERIES + 1) return ranked;
  const rest = ranked.splice(SERIES);
  ranked.push({
    endpointId: null,
    name: `${rest.length} other endpoints`,
    units: rest.reduce((sum, one) => sum + one.units, 0n),
    payments: rest.reduce((sum, one) => sum + one.payments, 0),
  });
  return ranked;
}
