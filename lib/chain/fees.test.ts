import { toHex } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { Relayer } from "./chain";
import { authorize, lyingRpc, Outside, openLocal } from "./fixture";

const GWEI = 10n ** 9n;
/** Of a settlement, of which a relayer that takes payments can pay for 200. */
const GAS = 100_000n;
const ORDERS = [["the first"], ["the second"]] as const;

let rpcUrl: string;
let outside: Outside;
const open: { close(): void }[] = [];

beforeAll(() => {
  rpcUrl = inject("local").rpcUrl;
  outside = new Outside(rpcUrl);
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

interface Saying {
  baseFee?: bigint;
  tip?: bigint;
  balance?: bigint;
}

/** An RPC that says this of the price of gas, and of what the relayer has for it. */
async function rpcSaying({ baseFee, tip, balance }: Saying): Promise<string> {
  const server = await lyingRpc(rpcUrl, ({ method }, result) => {
    if (method === "eth_getBlockByNumber" && baseFee !== undefined) {
      return { ...Object(result), baseFeePerGas: toHex(baseFee) };
    }
    if (method === "eth_maxPriorityFeePerGas" && tip !== undefined) return toHex(tip);
    return method === "eth_getBalance" && balance !== undefined ? toHex(balance) : result;
  });
  open.push(server);
  return server.url;
}

/** A relayer with gas, whose network has these RPCs. */
async function relayerBehind(...rpcs: string[]): Promise<Relayer> {
  const relayerKey = generatePrivateKey();
  await outside.giveGas(privateKeyToAddress(relayerKey));
  const { submitter } = openLocal(rpcs, { relayerKey });
  if (submitter.kind !== "relayers") throw new Error("The chain has no relayer");
  return submitter.relayers[0];
}

/** What an honest RPC says; other tests make the chain's own price move. */
const TRUTH = { baseFee: GWEI, tip: GWEI / 2n };

/** What honest RPCs make of the price, and what it is when one lies. */
async function pricesBeside(lie: Saying, at: (typeof ORDERS)[number][0]) {
  const [lying, truthful] = [await rpcSaying(lie), await rpcSaying(TRUTH)];
  const honest = await relayerBehind(truthful);
  const relayer = await relayerBehind(...(at === "the first" ? [lying, truthful] : [truthful, lying]));
  return { relayer, honest: await honest.gasPrice(), price: await relayer.gasPrice() };
}

describe.each(ORDERS)("of two RPCs, %s that lies about the price of gas", (at) => {
  it("prices no transaction out with a low one (D3, D9)", async () => {
    const { price, honest } = await pricesBeside({ baseFee: 1n, tip: 1n }, at);
    expect(price.maxFeePerGas).toBeGreaterThan(honest.baseFeePerGas);
    expect(price.urgent.maxFeePerGas).toBeGreaterThan(honest.baseFeePerGas);
    // Nodes that want a tip of their own get it with the next offer.
    expect(price.urgent.maxPriorityFeePerGas).toBe(honest.maxPriorityFeePerGas);
  });

  it("has no transaction pay more than is asked with a high one, nor offer what the relayer does not have (D3, D9)", async () => {
    const lie = 100_000n * GWEI;
    const { price, honest, relayer } = await pricesBeside({ baseFee: lie, tip: lie }, at);
    const balance = await outside.client.getBalance({ address: relayer.address });
    expect(price.maxPriorityFeePerGas).toBe(honest.maxPriorityFeePerGas);
    for (const { maxFeePerGas } of [price, price.urgent]) {
      expect(maxFeePerGas).toBeGreaterThan(honest.baseFeePerGas);
      expect(maxFeePerGas * GAS * 200n).toBeLessThanOrEqual(balance);
    }
    expect(price.urgent.maxPriorityFeePerGas).toBeLessThanOrEqual(5n * GWEI);
    const authorization = await authorize(await outside.payer(10_000n));
    const quotes = [await relayer.quote(authorization), await relayer.quoteGroup([authorization])];
    expect(quotes).toMatchObject([{ ok: true }, { moves: [true] }]);
    for (const quote of quotes) {
      expect("gas" in quote && quote.gas.maxPriorityFeePerGas).toBe(honest.maxPriorityFeePerGas);
    }
  });

  it("keeps no transaction from being mined by lying about what the relayer has, too (D3, D9)", async () => {
    const poor = await pricesBeside({ baseFee: 1n, tip: 1n, balance: 0n }, at);
    expect(poor.price.urgent.maxFeePerGas).toBeGreaterThan(poor.honest.baseFeePerGas);
    const lie = 100_000n * GWEI;
    const { price, honest, relayer } = await pricesBeside(
      { baseFee: lie, tip: lie, balance: 10n ** 30n },
      at,
    );
    const balance = await outside.client.getBalance({ address: relayer.address });
    expect(price.maxFeePerGas).toBeGreaterThan(honest.baseFeePerGas);
    expect(price.maxFeePerGas * GAS * 200n).toBeLessThanOrEqual(balance);
    expect(price.maxPriorityFeePerGas).toBe(honest.maxPriorityFeePerGas);
  });
});

describe("an RPC that is the only one, or the only one that answers", () => {
  it.each<[string, string[]]>([
    ["the only one", []],
    ["the only one that answers", ["http://127.0.0.1:1"]],
  ])("has a transaction pay no more than a sane tip: %s (D3)", async (_, others) => {
    const relayer = await relayerBehind(...others, await rpcSaying({ tip: 10n ** 18n, baseFee: 10n ** 18n }));
    const { urgent, maxPriorityFeePerGas } = await relayer.gasPrice();
    expect([maxPriorityFeePerGas, urgent.maxPriorityFeePerGas]).toEqual([5n * GWEI, 5n * GWEI]);
  });
});
