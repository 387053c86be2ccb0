import { ArrowDown, ArrowUp, Sparkles } from "lucide-react";
import type { ReactNode } from "react";
import type { NetworkLook } from "@/components/payments-table";
import { Amount } from "@/components/ui/amount";
import { Badge } from "@/components/ui/badge";
import { type AssetTotal, type Change, paidRate } from "@/lib/revenue/totals";

function percent(tenths: bigint): string {
  const size = tenths < 0n ? -tenths : tenths;
  return size >= 10_000n ? `${(size / 10n).toLocaleString("en-GB")}%` : `${size / 10n}.${size % 10n}%`;
}

function Compared({ change, since }: { change: Change; since: string }) {
  if (change.kind === "none") return <>Nothing {since} either</>;
  if (change.kind === "new") {
    return (
      <>
        <Badge tone="positive" icon={Sparkles}>
          New
        </Badge>
        , nothing {since}
      </>
    );
  }
  const { tenthsOfPercent } = change;
  if (tenthsOfPercent === 0n) return <>As much as {since}</>;
  const up = tenthsOfPercent > 0n;
  return (
    <>
      <Badge tone={up ? "positive" : "danger"} icon={up ? ArrowUp : ArrowDown}>
        {percent(tenthsOfPercent)} {up ? "more" : "less"}
      </Badge>{" "}
      than {since}
    </>
  );
}

function Figure({ name, value, note }: { name: string; value: string; note: ReactNode }) {
  return (
    <div className="min-w-0 p-4 sm:p-5">
      <dt className="text-small text-muted">{name}</dt>
      <dd className="mt-0.5">
        <span className="flex h-9 items-center text-title tabular-nums">{value}</span>
        <span className="block text-small text-muted">{note}</span>
      </dd>
    </div>
  );
}

/** Revenue of one token in the range, how it compares, and the three figures beside it. */
export function Headline({
  total,
  payers,
  network,
  change,
  comparedWith,
}: {
  total: AssetTotal;
  /** Different wallets that paid. */
  payers: number;
  network: NetworkLook;
  change: Change;
  /** The period before, in words. */
  comparedWith: string;
}) {
  const rate = paidRate(total);
  return (
    <dl className="grid grid-cols-3 divide-x divide-line rounded-card border border-line bg-surface max-lg:[&>:first-child]:col-span-3 max-lg:[&>:first-child]:border-r-0 max-lg:[&>:first-child]:border-b max-lg:[&>:first-child]:border-line lg:grid-cols-[minmax(0,1.8fr)_repeat(3,minmax(0,1fr))]">
      <div className="min-w-0 p-4 sm:p-5">
        <dt className="text-small text-muted">
          Revenue, {network.symbol} on {network.name}
        </dt>
        <dd className="mt-0.5">
          <span className="block text-figure wrap-anywhere">
            <Amount units={total.units} decimals={network.decimals} />
          </span>
          <span className="block text-small text-muted">
            <Compared change={change} since={comparedWith} />
          </span>
        </dd>
      </div>
      <Figure name="Payments" value={total.settled.toLocaleString("en-GB")} note="settled" />
      <Figure name="Unique payers" value={payers.toLocaleString("en-GB")} note="wallets" />
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
