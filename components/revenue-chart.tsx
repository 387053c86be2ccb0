"use client";

import { Bar, BarChart, type BarShapeProps, CartesianGrid, Tooltip, XAxis, YAxis } from "recharts";
import { formatUsd } from "@/lib/money";
import { axisFor, heightOf } from "./chart-scale";
import { swatchOf } from "./chart-swatch";

/** One bar, its texts already in the person's zone. */
export interface ChartBar {
  /** Under the bar: `28 Oct`, `14:00`. */
  label: string;
  /** In the tooltip: `Wednesday, 28 October 2026`. */
  title: string;
  /** Base units of each series, in their order. */
  units: bigint[];
  total: bigint;
  payments: number;
  /** Its time has not come to an end. */
  running: boolean;
}

/** A colour of the chart. */
export interface ChartSeries {
  id: string;
  name: string;
}

const HATCH = "still-running";
const TICK = { fill: "var(--muted)", fontSize: 13 };

function Segment({ x, y, width, height, fill, payload }: BarShapeProps) {
  if (height <= 0) return <g />;
  return (
    <g>
      <rect x={x} y={y} width={width} height={height} fill={fill} />
      {payload.running && <rect x={x} y={y} width={width} height={height} fill={`url(#${HATCH})`} />}
      {height > 3 && <rect x={x} y={y} width={width} height={1} fill="var(--surface)" />}
    </g>
  );
}

function Details({
  bar,
  series,
  decimals,
}: {
  bar: ChartBar;
  series: readonly ChartSeries[];
  decimals: number;
}) {
  const shown = series
    .map((one, at) => ({ ...one, at, units: bar.units[at] ?? 0n }))
    .filter((each) => each.units > 0n);
  return (
    <div className="min-w-52 rounded-card border border-line bg-surface p-3 text-small shadow-float">
      <p className="font-medium">{bar.title}</p>
      {bar.running && <p className="text-muted">Not over yet</p>}
      <dl className="mt-2 grid grid-cols-[minmax(0,1fr)_auto] gap-x-6 gap-y-1">
        {shown.map(({ id, name, at, units }) => (
          <div key={id} className="contents">
            <dt className="flex min-w-0 items-center gap-2">
              <span className={`size-2.5 shrink-0 rounded-[3px] ${swatchOf(at)}`} />
              <span className="max-w-44 truncate text-muted">{name}</span>
            </dt>
            <dd className="text-right tabular-nums">{formatUsd(units, decimals)}</dd>
          </div>
        ))}
        <dt className="text-muted">{bar.payments === 1 ? "1 payment" : `${bar.payments} payments`}</dt>
        <dd className="text-right font-medium tabular-nums">{formatUsd(bar.total, decimals)}</dd>
      </dl>
    </div>
  );
}

/** Revenue of one token over time, stacked by endpoint; the figures behind it stand in its caption, legend and table. */
export function RevenueChart({
  bars,
  series,
  decimals,
}: {
  bars: readonly ChartBar[];
  series: readonly ChartSeries[];
  /** Decimals of the token. */
  decimals: number;
}) {
  const { top, ticks } = axisFor(bars.map((bar) => bar.total));
  const byHeight = new Map(
    ticks.map((tick) => [heightOf(tick, top), formatUsd(tick, decimals).replace(/\.00$/, "")]),
  );
  const widest = Math.max(...[...byHeight.values()].map((text) => text.length));
  return (
    <BarChart
      responsive
      style={{ width: "100%", height: "100%" }}
      data={bars.map((bar) => ({ ...bar, heights: bar.units.map((units) => heightOf(units, top)) }))}
      margin={{ top: 8, right: 0, bottom: 0, left: 0 }}
      barCategoryGap={bars.length > 60 ? 1 : "18%"}
    >
      <defs>
        <pattern id={HATCH} width={6} height={6} patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect width={3} height={6} fill="var(--surface)" fillOpacity={0.6} />
        </pattern>
      </defs>
      <CartesianGrid vertical={false} stroke="var(--line)" />
      <XAxis
        dataKey="label"
        tickLine={false}
        axisLine={{ stroke: "var(--line-strong)" }}
        tick={TICK}
        tickMargin={8}
        interval="preserveStartEnd"
        minTickGap={28}
      />
      <YAxis
        domain={[0, 1_000_000]}
        ticks={[...byHeight.keys()]}
        tickFormatter={(height: number) => byHeight.get(height) ?? ""}
        tickLine={false}
        axisLine={false}
        tick={TICK}
        width={widest * 8 + 12}
      />
      <Tooltip
        isAnimationActive={false}
        cursor={{ fill: "var(--sunken)" }}
        content={({ active, activeIndex }) => {
          const bar = bars[Number(activeIndex)];
          return active && bar ? <Details bar={bar} series={series} decimals={decimals} /> : null;
        }}
      />
      {series.map(({ id, name }, at) => (
        <Bar
          key={id}
          dataKey={(bar: { heights: number[] }) => bar.heights[at] ?? 0}
          name={name}
          stackId="revenue"
          fill={`var(--series-${at + 1})`}
          shape={Segment}
          maxBarSize={48}
          isAnimationActive={false}
        />
      ))}
    </BarChart>
  );
}
