import type { SettleResponse } from "@x402/core/types";
import { CircleCheck } from "lucide-react";
import type { NamedNetwork } from "@/components/offer-card";
import { Address } from "@/components/ui/address";
import { formatUsd } from "@/lib/money";

/** Proof of a payment: how much, to whom, and the transaction that moved it. */
export function Receipt({
  receipt,
  networks,
  sellerName,
}: {
  receipt: SettleResponse;
  networks: readonly NamedNetwork[];
  sellerName: string;
}) {
  const network = networks.find(({ id }) => id === receipt.network);
  const explorer = network?.explorerUrl;
  const amount =
    network && receipt.amount ? `${formatUsd(BigInt(receipt.amount), network.token.decimals)} ` : "";
  return (
    <div className="flex flex-col gap-1 rounded-control border border-positive/25 bg-positive-soft px-3 py-2.5">
      <p className="flex items-center gap-2 font-medium">
        <CircleCheck aria-hidden className="size-4 shrink-0 text-positive" />
        You paid {amount}to {sellerName}
      </p>
      <p className="flex flex-wrap items-center gap-x-2 pl-6 text-small">
        <span className="text-muted">Receipt</span>
        <Address
          value={receipt.transaction}
          label="transaction hash"
          href={explorer ? `${explorer}/tx/${receipt.transaction}` : null}
        />
        {network && <span className="text-muted">on {network.name}</span>}
      </p>
    </div>
  );
}
