import type { NetworkLook } from "@/components/payments-table";
import { Amount } from "@/components/ui/amount";
import type { AssetTotal } from "@/lib/revenue/totals";

/** How many payments the filter holds and what was settled of them, one sum per token. */
export function TotalsLine({
  totals,
  networks,
}: {
  totals: readonly AssetTotal[];
  networks: ReadonlyMap<string, NetworkLook>;
}) {
  const payments = totals.reduce((sum, total) => sum + total.payments, 0);
  return (
    <p className="flex flex-wrap gap-x-4 text-muted">
      <span>
        <strong className="font-medium text-text tabular-nums">{payments.toLocaleString("en-GB")}</strong>{" "}
        {payments === 1 ? "payment" : "payments"}
      </span>
      {totals.map((total) => {
        const network = networks.get(total.network);
        return (
          <span key={`${total.network} ${total.asset}`}>
            <strong className="font-medium text-text">
              {network ? <Amount units={total.units} decimals={network.decimals} /> : total.units.toString()}
            </strong>{" "}
            settled{network && `, ${network.symbol} on ${network.name}`}
          </span>
        );
      })}
    </p>
  );
}
