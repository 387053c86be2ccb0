"use client";

import { useEffect, useState } from "react";
import type { NamedNetwork } from "@/components/offer-card";
import { Address } from "@/components/ui/address";
import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import type { useWallet } from "@/components/wallet";
import { formatUnits, formatUsd } from "@/lib/money";
import { readBalance } from "./balance";
import type { Accept } from "./gateway-call";

/** A network a person can pay on. */
export interface PayNetwork extends NamedNetwork {
  chainId: number;
  explorerUrl: string | null;
}

const WIDE = "h-11 w-full";

/** What the payer holds, read again when `again` changes; null while it is not known. */
function useBalance(network: PayNetwork, payer: string | null, again: number): bigint | null {
  const [balance, setBalance] = useState<bigint | null>(null);
  useEffect(() => {
    let current = true;
    setBalance(null);
    if (payer === null || again < 0) return;
    readBalance(network.id, payer).then(
      (units) => current && setBalance(units === null ? null : BigInt(units)),
      () => {},
    );
    return () => {
      current = false;
    };
  }, [network.id, payer, again]);
  return balance;
}

/** The next thing to do with the wallet: connect it, switch it, fill it, or pay. */
export function WalletStep({
  wallet,
  accept,
  network,
  sellerName,
  busy,
  pay,
}: {
  wallet: ReturnType<typeof useWallet>;
  accept: Accept;
  network: PayNetwork;
  sellerName: string;
  busy: boolean;
  pay(): void;
}) {
  const [looks, setLooks] = useState(0);
  const [pending, setPending] = useState(false);
  const balance = useBalance(network, wallet.address, looks);
  const amount = BigInt(accept.amount);
  const { decimals, symbol } = network.token;
  const price = formatUsd(amount, decimals);
  const ask = async (request: () => Promise<unknown>) => {
    setPending(true);
    await request();
    setPending(false);
  };

  if (wallet.address === null) {
    const choices = wallet.wallets.length > 1 ? wallet.wallets : [null];
    return (
      <div className="flex flex-col gap-2">
        {choices.map((choice) => (
          <Button
            key={choice?.id ?? "any"}
            variant={choice ? "secondary" : "primary"}
            className={WIDE}
            pending={pending}
            onClick={() => ask(() => wallet.connect(choice?.id))}
          >
            {choice?.icon && (
              <span
                aria-hidden
                style={{ backgroundImage: `url(${choice.icon})` }}
                className="size-4 bg-cover"
              />
            )}
            {choice ? `Connect ${choice.name}` : "Connect wallet"}
          </Button>
        ))}
      </div>
    );
  }

  const account = (
    <p className="flex items-center justify-between gap-2 text-small">
      <span className="flex items-center gap-2">
        <span className="text-muted">From</span>
        <Address value={wallet.address} label="your address" copy={false} />
      </span>
      <Button variant="ghost" size="small" disabled={busy} onClick={() => wallet.disconnect()}>
        Use another wallet
      </Button>
    </p>
  );

  if (wallet.chainId !== network.chainId) {
    return (
      <div className="flex flex-col gap-3">
        {account}
        <Notice tone="warning" title={`Your wallet is on another network`}>
          This is paid on {network.name}. Switching costs nothing.
        </Notice>
        <Button
          variant="primary"
          className={WIDE}
          pending={pending}
          onClick={() => ask(() => wallet.switchChain(network.chainId))}
        >
          Switch to {network.name}
        </Button>
      </div>
    );
  }

  if (balance !== null && balance < amount) {
    return (
      <div className="flex flex-col gap-3">
        {account}
        <Notice tone="warning" title={`Not enough ${symbol}`}>
          Your wallet holds {formatUsd(balance, decimals)} of {symbol} on {network.name}. For this call{" "}
          {formatUsd(amount - balance, decimals)} is missing.
        </Notice>
        <Button className={WIDE} onClick={() => setLooks(looks + 1)}>
          Look again
        </Button>
      </div>
    );
  }

  return (
    <div className="flex flex-col gap-3">
      {account}
      <Button variant="primary" className={WIDE} pending={busy} onClick={pay}>
        Pay {price}
      </Button>
      <p className="text-small text-pretty text-muted">
        You sign one transfer of {formatUnits(amount, decimals)} {symbol} to{" "}
        <span className="font-mono" title={accept.payTo}>
          {accept.payTo.slice(0, 6)}…{accept.payTo.slice(-4)}
        </span>{" "}
        ({sellerName}), good for {Math.round(accept.maxTimeoutSeconds / 60)} minutes. It costs no gas.{" "}
        {accept.extra.paymentFlow === "upfront"
          ? "You are charged before the seller is asked."
          : "You are charged only when the seller answers."}
      </p>
    </div>
  );
}
