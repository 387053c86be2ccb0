import { concat, type Hex, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeAll, describe, expect, inject, it } from "vitest";
import type { Authorization, Chain, Relayer } from "./chain";
import { authorize, lyingRpc, Outside, openLocal, serve } from "./fixture";

const VALUE = 10_000n;

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

/** The relayer of a chain, with gas. */
async function relayerOf({ submitter }: Chain): Promise<Relayer> {
  if (submitter.kind !== "relayers") throw new Error("The chain has no relayer");
  const [relayer] = submitter.relayers;
  await outside.giveGas(relayer.address);
  return relayer;
}

/** Transfers of one payer, who can pay for all of them. */
async function transfers(count: number): Promise<Authorization[]> {
  const payer = await outside.payer(VALUE * BigInt(count));
  return Promise.all(Array.from({ length: count }, () => authorize(payer)));
}

/** A transfer of a wallet that obeys its key and hands its calls to a contract (EIP-7702), which burns all gas there is. */
async function burningTransfer(): Promise<Authorization> {
  const implementation = await outside.contractPayer(privateKeyToAccount(generatePrivateKey()).address, 0n);
  const payer = await outside.payer(VALUE);
  await outside.client.setCode({
    address: payer.address,
    bytecode: concat(["0xef0100", implementation]),
  });
  await outside.become(payer.address, "burning");
  return authorize(payer);
}

describe("transfers that are tried together, of which one burns all gas", () => {
  it("are each left for their own quote, and all but the one that burns move (D17)", async () => {
    const chain = openLocal(rpcUrl);
    const relayer = await relayerOf(chain);
    const group = [await burningTransfer(), ...(await transfers(3))];
    const { moves } = await relayer.quoteGroup(group);
    expect(moves).toEqual(group.map(() => false));
    const alone = await Promise.all(group.map((each) => relayer.quote(each)));
    expect(alone.map(({ ok }) => ok)).toEqual([false, true, true, true]);
    expect((await chain.health()).rpcs).toMatchObject([{ state: "well", lastFailure: null }]);
  });

  it("are so also where the node has its own code for it, and the RPC is not held to fail (D17, D2)", async () => {
    const server = await serve(async (body) => {
      const answer = await fetch(rpcUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body,
      });
      const text = await answer.text();
      return { body: text.replace(/"error":\{"code":-?\d+/, '"error":{"code":-32099') };
    });
    open.push(server);
    const chain = openLocal(server.url);
    const relayer = await relayerOf(chain);
    const group = [await burningTransfer(), ...(await transfers(2))];
    for (let round = 0; round < 6; round++) {
      expect((await relayer.quoteGroup(group)).moves).toEqual([false, false, false]);
    }
    expect((await chain.health()).rpcs).toMatchObject([{ state: "well", lastFailure: null }]);
  });
});

describe("the gas that a group offers", () => {
  it("is what it was tried with, and within its share of a block, whatever an RPC estimates (D3)", async () => {
    const tried: Hex[] = [];
    const server = await lyingRpc(rpcUrl, ({ method, params }, result) => {
      const [call] = (params ?? []) as { gas?: Hex }[];
      if (method === "eth_call" && call?.gas !== undefined) tried.push(call.gas);
      return method === "eth_estimateGas" ? toHex(29_000_000) : result;
    });
    open.push(server);
    const relayer = await relayerOf(openLocal(server.url));
    const group = await transfers(64);
    const { blockGasLimit } = await relayer.gasPrice();
    for (let round = 0; round < 2; round++) {
      const { moves, gas } = await relayer.quoteGroup(group);
      expect(moves).toEqual(moves.map(() => true));
      expect(moves.length).toBeGreaterThan(10);
      expect(gas.gas).toBeLessThanOrEqual(blockGasLimit / 4n);
      expect(toHex(gas.gas)).toBe(tried.at(-1));
    }
  });
});
