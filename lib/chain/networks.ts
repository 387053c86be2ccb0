import { DEFAULT_ASSETS } from "@x402/evm";
import { EVM_NETWORK_CHAIN_ID_MAP } from "@x402/evm/v1";
import {
  type Address,
  defineChain,
  defineTransactionReceipt,
  getAddress,
  hexToBigInt,
  isHex,
  type Chain as ViemChain,
} from "viem";
import type { Network } from "./chain";
import { PUBLIC_CHAINS } from "./public-chains";

/**
 * The EVM names the last v1 client (x402 1.2.0) knows. One unknown name in a 402 makes that client throw on the whole
 * answer, so the names that were added later must never be offered to it.
 */
const V1_CLIENT_NAMES: ReadonlySet<string> = new Set([
  ...["base", "base-sepolia", "avalanche", "avalanche-fuji", "polygon", "polygon-amoy", "sei", "sei-testnet"],
  ...["abstract", "abstract-testnet", "iotex", "peaq", "story", "educhain", "skale-base-sepolia"],
]);

/** Where Multicall3 lies on nearly every chain (multicall3.com). */
const MULTICALL3: Address = "0xcA11bde05977b3631167028862bE2a173976CA11";

function v1NameOf(chainId: number): string | null {
  const named = Object.entries(EVM_NETWORK_CHAIN_ID_MAP).find(
    ([name, id]) => id === chainId && V1_CLIENT_NAMES.has(name),
  );
  return named?.[0] ?? null;
}

function networkOf(id: string): Network | undefined {
  const chainId = Number(id.slice("eip155:".length));
  const chain = PUBLIC_CHAINS.find((known) => known.chainId === chainId);
  const asset = DEFAULT_ASSETS[id]?.find((listed) => (listed.assetTransferMethod ?? "eip3009") === "eip3009");
  if (!chain || !asset) return undefined;
  return {
    id: `eip155:${chainId}`,
    chainId,
    name: chain.name,
    v1Name: v1NameOf(chainId),
    test: chain.test === true,
    token: {
      address: getAddress(asset.asset),
      symbol: asset.symbol,
      decimals: asset.decimals,
      name: asset.name,
      version: asset.version,
    },
    explorerUrl: chain.explorerUrl,
  };
}

/** Every network Farebox can be switched on for: those x402 lists a dollar token with EIP-3009 on. */
export const NETWORKS: readonly Network[] = Object.keys(DEFAULT_ASSETS)
  .map(networkOf)
  .filter((network) => network !== undefined);

/** Looks a network up by its CAIP-2 id. */
export function networkById(id: string): Network | undefined {
  return NETWORKS.find((network) => network.id === id);
}

/** Rollups of the OP stack charge for their data beside gas, and say so in a field of their own: `l1Fee`, in wei. */
const RECEIPT = defineTransactionReceipt({
  format: ({ l1Fee }: { l1Fee?: unknown }) => ({ l1Fee: isHex(l1Fee) ? hexToBigInt(l1Fee) : 0n }),
});

/** The same network as viem describes it, with the address of Multicall3 always filled in. */
export function viemChainOf(network: Pick<Network, "id" | "chainId">): ViemChain {
  const chain = PUBLIC_CHAINS.find(({ chainId }) => chainId === network.chainId);
  if (!chain) throw new Error(`Nothing is known of ${network.id}`);
  return defineChain({
    id: chain.chainId,
    name: chain.name,
    nativeCurrency: { name: chain.gasSymbol, symbol: chain.gasSymbol, decimals: 18 },
    rpcUrls: { default: { http: [chain.rpcUrl] } },
    contracts: { multicall3: { address: chain.multicall3 ?? MULTICALL3 } },
    formatters: { transactionReceipt: RECEIPT },
    ...(chain.blockTimeMs !== undefined && { blockTime: chain.blockTimeMs }),
  });
}
