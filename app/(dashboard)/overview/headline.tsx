import { ArrowDown, ArrowUp, Minus, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import type { NetworkLook } from "@/components/payments-table";
import { Amount } from "@/components/ui/amount";
import { Badge } from "@/components/ui/badge";
import { Tooltip } from "@/components/ui/tooltip";
import { type AssetTotal, type Change, paidRate } from "@/lib/revenue/totals";

function percent(tenths: bigint): string {
  const size = tenths < 0n ? -tenths : tenths;
  return size >= 10_000n ? `${(size / 10n).toLocaleString("en-GB")}%` : `${size / 10n}.${size % 10n}%`;
}

function ChangeBadge({ change }: { change: Change }) {
  if (change.kind === "none") return null;
  if (change.kind === "new")
    return (
      <Badge tone="positive" icon={Sparkles}>
        New
      </Badge>
    );
  const { tenthsOfPercent } = change;
  if (tenthsOfPercent === 0n)
    return (
      <Badge tone="neutral" icon={Minus}>
        Unchanged
      </Badge>
    );
  const up = tenthsOfPercent > 0n;
  return (
    <Badge tone={up ? "positive" : "danger"} icon={up ? ArrowUp : ArrowDown}>
      <span className="sr-only">{up ? "up " : "down "}</span>
      {percent(tenthsOfPercent)}
    </Badge>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: ReactNode }) {
  return (
    <div className="min-w-0 p-4 sm:p-5">
      <dt className="text-small text-muted">{name}</dt>
      <dd>
        <span className="block text-title tabular-nums">{value}</span>
        <span className="block text-small text-muted">{note}</span>
      </dd>
    </div>
  );
}

/** Revenue of one token in the range, how it compares, and the three figures beside it. */
export function Headline({
  total,
  network,
  change,
  comparedWith,
}: {
  total: AssetTotal;
  network: NetworkLook;
  change: Change;
  /** The period before, in words. */
  comparedWith: string;
}) {
  const rate = paidRate(total);
  return (
    <dl className="grid grid-cols-3 divide-x divide-line rounded-card border border-line bg-surface max-lg:[&>div:first-child]:col-span-3 max-lg:[&>div:first-child]:border-b max-lg:[&>div:first-child]:border-line max-lg:[&>div:nth-child(2)]:border-l-0 lg:grid-cols-[minmax(0,1.8fr)_repeat(3,minmax(0,1fr))]">
      <div className="min-w-0 p-4 sm:p-5">
        <dt className="text-small text-muted">
          Revenue, {network.symbol} on {network.name}
        </dt>
        <dd className="mt-0.5 flex flex-wrap items-baseline gap-x-3">
          <span className="text-figure wrap-anywhere">
            <Amount units={total.units} decimals={network.decimals} />
          </span>
          <Tooltip text={`Compared with ${comparedWith}`}>
            <button
              type="button"
              aria-label={`Compared with ${comparedWith}`}
              className="rounded-control empty:hidden"
            >
              <ChangeBadge change={change} />
            </button>
          </Tooltip>
        </dd>
      </div>
      <Figure name="Payments" value={total.settled.toLocaleString("en-GB")} note="settled" />
      <Figure name="Unique payers" value={total.payers.toLocaleString("en-GB")} note="wallets" />
      <Figure
        name="Paid rate"
        value={rate === null ? "None" : `${(rate / 10).toFixed(1)}%`}
        note={
          rate === null
            ? "no payment has ended"
            : `of ${(total.settled + total.void).toLocaleString("en-GB")} that ended`
        }
      />
    </dl>
  );
}
