"use client";

import { type ReactNode, useState } from "react";
import { type Address, defineChain, type Hex, http, type TypedDataDomain } from "viem";
import { createConfig, useConfig, useConnection, useConnectors, WagmiProvider } from "wagmi";
import { connect, disconnect, signMessage, signTypedData, switchChain } from "wagmi/actions";
import { mainnet } from "wagmi/chains";
import { injected } from "wagmi/connectors/injected";

/** A network a wallet can be asked to switch to, and to add when it does not know it. */
export interface WalletNetwork {
  chainId: number;
  name: string;
  /** A public RPC URL for the wallet's own use: never one of ours, whose keys would be published. */
  rpcUrl: string;
  explorerUrl: string | null;
}

/** A wallet found in this browser (EIP-6963). */
export interface FoundWallet {
  id: string;
  name: string;
  /** A data URI, when the wallet gave one. */
  icon: string | null;
}

/** What came of asking the wallet; `reason` is a sentence for the person. */
export type WalletResult<T> = { ok: true; value: T } | { ok: false; reason: string };

/** EIP-712 typed data as x402 clients hand it to a signer. */
export interface TypedDataToSign {
  domain: TypedDataDomain;
  types: Record<string, unknown>;
  primaryType: string;
  message: Record<string, unknown>;
}

const NO_WALLET =
  "No wallet was found in this browser. Install one, such as MetaMask or Rabby, or open this page in the browser of your wallet app.";

function toChain({ chainId, name, rpcUrl, explorerUrl }: WalletNetwork) {
  return defineChain({
    id: chainId,
    name,
    nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
    rpcUrls: { default: { http: [rpcUrl] } },
    ...(explorerUrl !== null && { blockExplorers: { default: { name: "Explorer", url: explorerUrl } } }),
  });
}

function openConfig(networks: readonly WalletNetwork[]) {
  const [first = mainnet, ...others] = networks.map(toChain);
  const chains = [first, ...others] as const;
  return createConfig({
    chains,
    connectors: [injected()],
    transports: Object.fromEntries(chains.map((chain) => [chain.id, http()])),
    ssr: true,
  });
}

/** EIP-1193 names refusals by number; wallets and libraries wrap the error that carries it. */
function hasCode(error: unknown, code: number): boolean {
  for (let at = error; at instanceof Error; at = at.cause) {
    if ("code" in at && at.code === code) return true;
  }
  return false;
}

function inWords(error: unknown): string {
  if (hasCode(error, 4001)) return "You declined the request in your wallet. Nothing was signed.";
  if (hasCode(error, -32002)) return "Your wallet has a request open already. Open it and answer there.";
  const name = error instanceof Error ? error.name : "";
  if (name === "ProviderNotFoundError") return NO_WALLET;
  if (name === "ConnectorNotConnectedError") return "Connect your wallet first.";
  if (/SwitchChain|ChainNotConfigured/.test(name)) {
    return "Your wallet could not switch to this network. Choose it in the wallet itself, then try again.";
  }
  return "Your wallet could not do this. Open it, see whether it is unlocked, and try again.";
}

/** Makes wallets available below it; `networks` are those a page may ask the wallet to switch to. */
export function WalletProvider({
  networks = [],
  children,
}: {
  networks?: readonly WalletNetwork[];
  children: ReactNode;
}) {
  const [config] = useState(() => openConfig(networks));
  return <WagmiProvider config={config}>{children}</WagmiProvider>;
}

/**
 * The person's wallet: what was found, what is connected, and what can be asked of it. Nothing here throws: a refusal
 * is returned, and its sentence stays in `error` until the next request.
 */
export function useWallet() {
  const config = useConfig();
  const connectors = useConnectors();
  const { address, chainId } = useConnection();
  const [error, setError] = useState<string | null>(null);

  const announced = connectors.filter((connector) => connector.id !== "injected");
  const wallets: FoundWallet[] = announced.map(({ id, name, icon }) => ({ id, name, icon: icon ?? null }));

  async function ask<T>(request: () => Promise<T>): Promise<WalletResult<T>> {
    setError(null);
    try {
      return { ok: true, value: await request() };
    } catch (thrown) {
      const reason = inWords(thrown);
      setError(reason);
      return { ok: false, reason };
    }
  }

  return {
    wallets,
    address: address ?? null,
    chainId: chainId ?? null,
    error,
    /** Connects a wallet of `wallets`, or without an id whichever the browser offers; returns the chosen account. */
    connect: (walletId?: string): Promise<WalletResult<Address>> =>
      ask(async () => {
        const connector =
          connectors.find(({ id }) => id === walletId) ?? announced[0] ?? connectors[0] ?? injected();
        if ("uid" in connector && connector.uid === config.state.current) await disconnect(config);
        const { accounts } = await connect(config, { connector });
        return accounts[0];
      }),
    signMessage: (message: string): Promise<WalletResult<Hex>> => ask(() => signMessage(config, { message })),
    signTypedData: (data: TypedDataToSign): Promise<WalletResult<Hex>> =>
      ask(() => signTypedData(config, data)),
    /** Asks the wallet to switch, and to add the network when it does not know it. */
    switchChain: (id: number): Promise<WalletResult<number>> =>
      ask(async () => (await switchChain(config, { chainId: id })).id),
    disconnect: (): Promise<WalletResult<void>> => ask(() => disconnect(config)),
  };
}
