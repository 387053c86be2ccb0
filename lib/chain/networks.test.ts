import { DEFAULT_ASSETS } from "@x402/evm";
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

  it.each(NETWORKS)("$name has a multicall contract and an explorer without a trailing slash", (network) => {
    expect(viemChainOf(network).contracts?.multicall3?.address).toMatch(/^0x[0-9a-fA-F]{40}$/);
    expect(network.explorerUrl).toMatch(/^https:\/\/.*[^/]$/);
  });
});
