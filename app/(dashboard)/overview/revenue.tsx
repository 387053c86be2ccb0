import { Download, Table2 } from "lucide-react";
import Link from "next/link";
import { bucketWords, rangeWords } from "@/app/(dashboard)/range-words";
import { swatchOf } from "@/components/chart-swatch";
import type { NetworkLook } from "@/components/payments-table";
import { RevenueChart } from "@/components/revenue-chart";
import { Amount } from "@/components/ui/amount";
import { cx } from "@/components/ui/cx";
import type { RevenueByTime, Series } from "@/lib/revenue/by-time";
import type { Range } from "@/lib/revenue/range";

const count = (payments: number) =>
  payments === 1 ? "1 payment" : `${payments.toLocaleString("en-GB")} payments`;

function Legend({ series, network }: { series: readonly Series[]; network: NetworkLook }) {
  return (
    <ul className="flex flex-col divide-y divide-line">
      {series.map((one, place) => (
        <li key={one.endpointId ?? "other"} className="flex items-center gap-2.5 py-2 text-small">
          <span aria-hidden className={cx("size-2.5 shrink-0 rounded-[3px]", swatchOf(place))} />
          <span className="min-w-0 flex-1">
            <span className="block truncate" title={one.name}>
              {one.name}
            </span>
            <span className="block text-muted tabular-nums">{count(one.payments)}</span>
          </span>
          <Amount units={one.units} decimals={network.decimals} />
        </li>
      ))}
    </ul>
  );
}

/** Revenue over time: bars by endpoint, the legend with totals, and the sum in words with the way to its rows. */
export function Revenue({
  revenue,
  unit,
  network,
  range,
  now,
  total,
  rows,
}: {
  revenue: RevenueByTime;
  unit: "hour" | "day";
  network: NetworkLook;
  range: Range;
  now: Date;
  /** Base units and payments of the whole range. */
  total: { units: bigint; settled: number };
  /** The query of the same payments in the table and the CSV. */
  rows: string;
}) {
  const bars = revenue.bars.map((bar) => ({
    ...bucketWords(unit, bar, range.timeZone),
    units: bar.units,
    total: bar.total,
    payments: bar.payments,
    running: bar.from <= now && now < bar.until,
  }));
  return (
    <figure className="rounded-card border border-line bg-surface">
      <div className="grid grid-cols-[minmax(0,1fr)] gap-x-8 gap-y-4 p-4 sm:p-5 lg:grid-cols-[minmax(0,1fr)_260px]">
        <div className="h-65 min-w-0 lg:h-84">
          <RevenueChart
            bars={bars}
            series={revenue.series.map(({ endpointId, name }) => ({ id: endpointId ?? "other", name }))}
            decimals={network.decimals}
          />
        </div>
        {revenue.series.length > 0 ? (
          <Legend series={revenue.series} network={network} />
        ) : (
          <p className="self-center text-small text-muted">Nothing was paid in this range.</p>
        )}
      </div>
      <figcaption className="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line px-4 py-3 text-small text-muted sm:px-5">
        <span>
          <strong className="font-medium text-text">
            <Amount units={total.units} decimals={network.decimals} symbol={network.symbol} />
          </strong>{" "}
          from {count(total.settled)}, {rangeWords(range)}, by {unit} in {range.timeZone}.
        </span>
        <span className="flex gap-4 [&_a]:inline-flex [&_a]:min-h-8 [&_a]:items-center [&_a]:gap-1.5 [&_a]:text-text [&_a]:underline-offset-3 [&_a:hover]:underline [&_svg]:size-3.5 [&_svg]:text-muted">
          <Link href={`/payments${rows}`}>
            <Table2 aria-hidden />
            See the payments
          </Link>
          <a href={`/payments/export${rows}`} download>
            <Download aria-hidden />
            Download CSV
          </a>
        </span>
      </figcaption>
    </figure>
  );
}
