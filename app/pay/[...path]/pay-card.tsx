"use client";

import { useSyncExternalStore } from "react";
import { Skeleton } from "@/components/ui/skeleton";
import { type WalletNetwork, WalletProvider } from "@/components/wallet";
import { Payment } from "./payment";
import type { PayNetwork } from "./wallet-step";

const never = () => () => {};

/**
 * The part of the page that needs the browser. The gateway URL is the address in the address bar, byte for byte: what
 * was priced there must not be re-encoded here.
 */
export function PayCard({
  gatewayOrigin,
  sellerName,
  networks,
}: {
  gatewayOrigin: string;
  sellerName: string;
  networks: readonly (PayNetwork & WalletNetwork)[];
}) {
  const url = useSyncExternalStore(
    never,
    () => `${gatewayOrigin}${window.location.pathname.replace(/^\/pay\//, "/g/")}${window.location.search}`,
    () => null,
  );
  if (url === null) return <Skeleton className="h-24 w-full" />;
  return (
    <WalletProvider networks={networks}>
      <Payment key={url} url={url} sellerName={sellerName} networks={networks} />
    </WalletProvider>
  );
}
