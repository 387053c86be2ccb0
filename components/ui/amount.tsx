import { formatUsd } from "@/lib/money";

/** Money in full: base units of a dollar token with `decimals` places, and the token's symbol where it matters. */
export function Amount({ units, decimals, symbol }: { units: bigint; decimals: number; symbol?: string }) {
  return (
    <span className="whitespace-nowrap tabular-nums">
      {formatUsd(units, decimals)}
      {symbol && <span className="text-muted"> {symbol}</span>}
    </span>
  );
}
