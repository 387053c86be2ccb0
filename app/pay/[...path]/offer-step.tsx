"use client";

import type { PaymentRequired } from "@x402/core/types";
import { FlaskConical } from "lucide-react";
import { useState } from "react";
import { Notice } from "@/components/ui/notice";
import type { useWallet } from "@/components/wallet";
import { formatUsd } from "@/lib/money";
import type { Accept } from "./gateway-call";
import { type PayNetwork, WalletStep } from "./wallet-step";

/** What the call costs, on which network it is paid, and the next thing to do with the wallet. */
export function OfferStep({
  required,
  networks,
  sellerName,
  wallet,
  problem,
  busy,
  pay,
}: {
  required: PaymentRequired;
  networks: readonly PayNetwork[];
  sellerName: string;
  wallet: ReturnType<typeof useWallet>;
  /** Why the last try came to nothing. */
  problem: string | null;
  busy: boolean;
  pay(accept: Accept): void;
}) {
  const [chosen, setChosen] = useState(0);
  const offers = required.accepts.flatMap((accept) => {
    const network = networks.find(({ id }) => id === accept.network);
    return network && accept.scheme === "exact" ? [{ accept, network }] : [];
  });
  const offer = offers[chosen] ?? offers[0];
  if (!offer) {
    return (
      <Notice tone="warning" title="No way to pay here">
        The seller takes payments on networks this page does not know. An x402 client may still pay it.
      </Notice>
    );
  }
  const { accept, network } = offer;
  return (
    <div className="flex flex-col gap-4">
      <div>
        <p className="text-figure tabular-nums">{formatUsd(BigInt(accept.amount), network.token.decimals)}</p>
        <p className="flex flex-wrap items-center gap-x-2 text-muted">
          {network.token.symbol} on {network.name}, for one call
          {network.test && (
            <span className="inline-flex items-center gap-1 text-small font-medium text-test">
              <FlaskConical aria-hidden className="size-3.5" />
              Test network
            </span>
          )}
        </p>
      </div>
      {offers.length > 1 && (
        <fieldset disabled={busy}>
          <legend className="mb-1.5 text-small font-medium">Pay on</legend>
          {offers.map((each, at) => (
            <label
              key={each.network.id}
              className="flex min-h-8 items-center gap-2.5 pointer-coarse:min-h-11"
            >
              <input
                type="radio"
                name="network"
                className="size-4 accent-accent"
                checked={each === offer}
                onChange={() => setChosen(at)}
              />
              {each.network.name}
            </label>
          ))}
        </fieldset>
      )}
      {problem && (
        <Notice tone="danger" title="Not paid">
          {problem}
        </Notice>
      )}
      <WalletStep
        wallet={wallet}
        accept={accept}
        network={network}
        sellerName={sellerName}
        busy={busy}
        pay={() => pay(accept)}
      />
    </div>
  );
}
