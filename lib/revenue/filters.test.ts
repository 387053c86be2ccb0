import { describe, expect, it } from "vitest";
import type { Network } from "@/lib/chain/chain";
import { type MerchantId, newId } from "@/lib/ids";
import { type Query, queryWith, readFilters } from "./filters";
import { TEST_ASSET, TEST_NETWORK } from "./fixture";

const network = (id: Network["id"], decimals: number): Network => ({
  id,
  chainId: Number(id.slice(7)),
  name: id,
  v1Name: null,
  test: true,
  token: { address: TEST_ASSET, symbol: "USDC", decimals, name: "USDC", version: "2" },
  explorerUrl: null,
});

const endpoint = { id: newId(), slug: "weather" };
const read = (query: Query) =>
  readFilters(query, {
    merchantId: newId() as MerchantId,
    networks: [network(TEST_NETWORK, 6), network("eip155:97", 18)],
    endpoints: [endpoint],
    timeZone: "UTC",
    now: new Date("2026-03-30T10:30:00Z"),
    fallback: "30d",
  });

describe("a query", () => {
  it("without fields means every network of the mode in the usual range", () => {
    const { scope, range } = read({});
    expect(scope.networks).toEqual([TEST_NETWORK, "eip155:97"]);
    expect(range.name).toBe("30d");
    expect([scope.endpointId, scope.money, scope.payer, scope.amounts]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });

  it("narrows by endpoint, network and states", () => {
    const { scope } = read({
      endpoint: "weather",
      network: "eip155:97",
      money: "settled,final",
      delivery: "failed,x",
    });
    expect(scope).toMatchObject({
      endpointId: endpoint.id,
      networks: ["eip155:97"],
      money: ["settled", "final"],
      delivery: ["failed"],
    });
  });

  it("finds a hash, an address in any spelling and an id, through all time", () => {
    const hash = `0x${"AB".repeat(32)}`;
    expect(read({ q: hash }).scope.txHash).toBe(hash.toLowerCase());
    expect(read({ q: ` ${TEST_ASSET.toLowerCase()} ` }).scope.payer).toEqual([
      TEST_ASSET,
      TEST_ASSET.toLowerCase(),
    ]);
    expect(read({ q: endpoint.id })).toMatchObject({
      scope: { paymentId: endpoint.id },
      range: { name: "all" },
    });
  });

  it("bounds amounts in the base units of each network's token", () => {
    expect(read({ min: "0.01", max: "$1,000" }).scope.amounts).toEqual([
      { network: TEST_NETWORK, atLeast: 10_000n, atMost: 1_000_000_000n },
      { network: "eip155:97", atLeast: 10n ** 16n, atMost: 10n ** 21n },
    ]);
  });

  it.each<Query>([
    { q: "0x12" },
    { min: "1e-7" },
    { max: "abc" },
    { endpoint: "of-somebody-else" },
    { network: "eip155:1" },
    { asset: "\u0000" },
  ])("that cannot be read means nothing, never everything: %j", (query) => {
    expect(read(query).scope.networks).toEqual([]);
  });

  it("says which field could not be read", () => {
    expect(Object.keys(read({ q: "0x12", min: "x" }).problems)).toEqual(["search", "min"]);
  });

  it("forgets the page when the filter changes", () => {
    expect(queryWith({ range: "7d", before: "a", money: "void" }, { money: undefined, q: "x y" })).toBe(
      "?range=7d&q=x+y",
    );
    expect(queryWith({ after: "a" }, {})).toBe("?");
  });
});
