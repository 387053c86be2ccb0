import { DEFAULT_ASSETS } from "@x402/evm";
import type { Chain } from "viem";
import * as viemChains from "viem/chains";
import { describe, expect, it } from "vitest";
import { NETWORKS, networkById, viemChainOf } from "./networks";

describe("the networks", () => {
  it("are all those on which x402 lists a dollar token with EIP-3009, and no others", () => {
    const listed = Object.entries(DEFAULT_ASSETS)
      .filter(([, assets]) => assets.some((asset) => asset.assetTransferMethod !== "permit2"))
      .map(([id]) => id);
    expect(NETWORKS.map(({ id }) => id).sort()).toEqual(listed.sort());
    expect(listed.length).toBeGreaterThan(15);
  });

  it("carry the EIP-712 domain that their token signs under, which differs between networks", () => {
    expect(networkById("eip155:8453")).toMatchObject({
      name: "Base",
      test: false,
      v1Name: "base",
      explorerUrl: "https://basescan.org",
      token: { symbol: "USDC", decimals: 6, name: "USD Coin", version: "2" },
    });
    expect(networkById("eip155:84532")).toMatchObject({
      name: "Base Sepolia",
      test: true,
      v1Name: "base-sepolia",
      token: { name: "USDC", version: "2", address: "0x036CbD53842c5426634e7929541eC2318f3dCF7e" },
    });
  });

  it("have no v1 name where the v1 client would throw on it", () => {
    const named = NETWORKS.flatMap(({ v1Name }) => (v1Name === null ? [] : [v1Name]));
    expect(named.sort()).toEqual(["avalanche", "base", "base-sepolia", "polygon", "sei", "sei-testnet"]);
  });

  it("leave out tokens that only Permit2 can move", () => {
    expect(networkById("eip155:4326")).toBeUndefined();
    expect(networkById("solana:5eykt4UsFv8P8NJdTREpY1vzqKqZKvdp")).toBeUndefined();
  });

  it.each(NETWORKS)("$name is described as viem describes it", (network) => {
    const known: Chain | undefined = Object.values(viemChains).find(({ id }) => id === network.chainId);
    const ours = viemChainOf(network);
    expect(network.name).toBe(known?.name.replaceAll("_", " "));
    expect(network.test).toBe(known?.testnet === true);
    expect(network.explorerUrl).toBe(known?.blockExplorers?.default.url.replace(/\/$/, ""));
    expect(ours.nativeCurrency).toMatchObject({ symbol: known?.nativeCurrency.symbol, decimals: 18 });
    expect(known?.nativeCurrency.decimals).toBe(18);
    expect(known?.rpcUrls.default.http.map((url) => url.replace(/\/$/, ""))).toContain(
      ours.rpcUrls.default.http[0],
    );
    expect(ours.blockTime).toBe(known?.blockTime);
    const multicall3 = known?.contracts?.multicall3;
    const usual = "0xca11bde05977b3631167028862be2a173976ca11";
    expect(ours.contracts?.multicall3?.address.toLowerCase()).toBe(
      multicall3 && "address" in multicall3 ? String(multicall3.address).toLowerCase() : usual,
    );
  });
});
