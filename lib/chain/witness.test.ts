import { decodeFunctionResult, encodeFunctionResult, type Hex, multicall3Abi, toHex } from "viem";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Authorization, type Chain, ChainUnavailable } from "./chain";
import { authorize, lyingRpc, Outside, openLocal, type RpcCall, startOwnChain } from "./fixture";

const UNKNOWN_HASH = toHex(1n, { size: 32 });
const DOLLAR = 1_000_000n;

let own: Awaited<ReturnType<typeof startOwnChain>>;
let chain: Chain;
let outside: Outside;
const open: { close(): void }[] = [];

beforeAll(async () => {
  own = await startOwnChain();
  chain = openLocal(own.rpcUrl);
  outside = new Outside(own.rpcUrl);
});
afterEach(() => {
  for (const server of open.splice(0)) server.close();
});
afterAll(() => own.stop());

async function paidFor(authorization: Authorization): Promise<Hex> {
  return outside.land(await outside.signAsRelayer(chain, authorization));
}

describe("of two RPCs or more, none decides alone (D3)", () => {
  async function truthful(): Promise<string> {
    return liarOf((_, result) => result);
  }
  async function liarOf(lie: Parameters<typeof lyingRpc>[1]): Promise<string> {
    const server = await lyingRpc(own.rpcUrl, lie);
    open.push(server);
    return server.url;
  }
  /** An RPC on which every transaction succeeded long ago and paid whatever was asked about. */
  async function inventor(asked: Authorization): Promise<string> {
    const paid = await authorize(await outside.payer(asked.value), { value: asked.value });
    const hash = await paidFor(paid);
    const call = { jsonrpc: "2.0", id: 1, method: "eth_getTransactionReceipt", params: [hash] };
    const headers = { "content-type": "application/json" };
    const reply = await fetch(own.rpcUrl, { method: "POST", headers, body: JSON.stringify(call) });
    const { result: receipt } = (await reply.json()) as { result: unknown };
    const invented = JSON.parse(
      JSON.stringify(receipt)
        .replaceAll(paid.nonce.slice(2), asked.nonce.slice(2))
        .replaceAll(paid.from.slice(2).toLowerCase(), asked.from.slice(2).toLowerCase())
        .replaceAll(paid.to.slice(2).toLowerCase(), asked.to.slice(2).toLowerCase())
        .replaceAll(hash.slice(2), UNKNOWN_HASH.slice(2)),
    );
    return liarOf(({ method }, result) => (method === "eth_getTransactionReceipt" ? invented : result));
  }

  async function until(isSo: () => Promise<boolean>, work: () => Promise<unknown>): Promise<void> {
    while (!(await isSo())) await work();
  }

  /** Knows of no transaction, and says of every nonce that it is not used. */
  function forgetful({ method }: RpcCall, result: unknown): unknown {
    if (method === "eth_getTransactionReceipt") return null;
    if (method !== "eth_call") return result;
    const aggregate = { abi: multicall3Abi, functionName: "aggregate3" } as const;
    const told = decodeFunctionResult({ ...aggregate, data: result as Hex });
    const unused = { success: true, returnData: toHex(0n, { size: 32 }) };
    return encodeFunctionResult({ ...aggregate, result: told.map((one, i) => (i === 1 ? unused : one)) });
  }

  it("a receipt that one invents settles nothing, whichever is asked first, as it would where it is the only one", async () => {
    const asked = await authorize(await outside.payer(10_000n));
    const liar = await inventor(asked);
    expect(await openLocal(liar).prove(asked, UNKNOWN_HASH)).toMatchObject({ outcome: "settled" });
    const here = openLocal([liar, await truthful()]);
    for (let look = 0; look < 4; look++) {
      expect(await here.prove(asked, UNKNOWN_HASH)).toEqual({ outcome: "pending" });
    }
  });

  it("a block stands no more, or still, when two say so", async () => {
    const { number, hash } = await outside.client.getBlock();
    const forked = await liarOf(({ method }, result) =>
      method === "eth_getBlockByNumber" ? { ...Object(result), hash: UNKNOWN_HASH } : result,
    );
    const holds = async (...urls: string[]) => {
      const { history } = openLocal(urls);
      return [await history.holds(number, hash), await history.holds(number, hash)];
    };
    expect(await holds(forked)).toEqual([false, false]);
    expect(await holds(forked, await truthful())).toEqual([null, null]);
    expect(await holds(forked, "http://127.0.0.1:1")).toEqual([null, null]);
    expect(await holds(await truthful(), "http://127.0.0.1:1")).toEqual([null, null]);
    expect(await holds(await truthful(), own.rpcUrl)).toEqual([true, true]);
  });

  it("a receipt that one of three keeps back is found", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const txHash = await paidFor(authorization);
    const liar = await liarOf(({ method }, result) => {
      if (method === "eth_getLogs") return [];
      return method === "eth_getTransactionReceipt" ? null : result;
    });
    const here = openLocal([liar, await truthful(), await truthful()]);
    const looks = await Promise.all([1, 2, 3].map(() => here.prove(authorization, txHash)));
    expect(looks).toContainEqual(expect.objectContaining({ outcome: "settled" }));
    // Also when only the logs can tell.
    const searches = await Promise.all([1, 2, 3].map(() => here.prove(authorization, null)));
    expect(searches).toContainEqual(expect.objectContaining({ outcome: "settled" }));
  });

  it("while all others are down, and not only slow, one proves that a dollar arrived, and not that more did", async () => {
    const payer = await outside.payer(10n * DOLLAR);
    const small = await authorize(payer, { value: DOLLAR });
    const large = await authorize(payer, { value: DOLLAR + 1n });
    const hashes = [await paidFor(small), await paidFor(large)] as const;
    const alone = openLocal([own.rpcUrl, "http://127.0.0.1:1"]);
    expect(await alone.prove(small, hashes[0])).toEqual({ outcome: "pending" });
    await until(
      async () => (await alone.health()).rpcs[1]?.state === "down",
      () => alone.prove(large, hashes[1]),
    );
    expect(await alone.prove(small, hashes[0])).toMatchObject({ outcome: "settled" });
    expect(await alone.prove(large, hashes[1])).toEqual({ outcome: "pending" });
    const together = openLocal([own.rpcUrl, await truthful()]);
    expect(await together.prove(large, hashes[1])).toMatchObject({ outcome: "settled" });
  });

  it("one whose head boasts of the future, so that all others seem behind, does not decide alone", async () => {
    const small = await authorize(await outside.payer(10_000n));
    const hash = await paidFor(small);
    const now = Math.floor(Date.now() / 1000);
    const withHead = (number: number, time: number, keepsBack: boolean) =>
      liarOf(({ method }, result) => {
        if (method === "eth_getTransactionReceipt" && keepsBack) return null;
        if (method !== "eth_getBlockByNumber") return result;
        return { ...Object(result), number: toHex(number), timestamp: toHex(time) };
      });
    const boaster = await withHead(9_999, now + 25, false);
    const here = openLocal([await withHead(100, now - 20, true), boaster]);
    expect((await here.health()).rpcs.map(({ state }) => state)).toEqual(["behind", "well"]);
    for (let look = 0; look < 2; look++) {
      expect(await here.prove(small, hash)).toEqual({ outcome: "pending" });
    }
    // One that only seems behind is asked for its opinion, so that the boaster cannot keep everything open either.
    const open = openLocal([await withHead(100, now - 20, false), boaster]);
    expect(await open.prove(small, hash)).toMatchObject({ outcome: "settled" });
  });

  it("one that invents transactions of the relayer wastes none of its account nonces (D8)", async () => {
    const liar = await liarOf(({ method }, result) =>
      method === "eth_getTransactionCount" ? "0xf4240" : result,
    );
    const { submitter } = openLocal([liar, await truthful()]);
    if (submitter.kind !== "relayers") throw new Error("The chain has no relayer");
    const looks = await Promise.allSettled([1, 2, 3, 4].map(() => submitter.relayers[0].confirmedNonce()));
    for (const look of looks) {
      expect(look.status === "fulfilled" ? look.value : look.reason).toSatisfy(
        (it) => it === 0 || it instanceof ChainUnavailable,
      );
    }
    expect(looks).toContainEqual({ status: "fulfilled", value: 0 });
    const agreeing = openLocal([await truthful(), own.rpcUrl]).submitter;
    if (agreeing.kind === "relayers") expect(await agreeing.relayers[0].confirmedNonce()).toBe(0);
  });

  it("one that says that an authorization ran out unused ends no payment, and neither does one that is left", async () => {
    const authorization = await authorize(await outside.payer(10_000n), {
      validBefore: (await outside.client.getBlock()).timestamp + 60n,
    });
    const txHash = await paidFor(authorization);
    await outside.client.increaseTime({ seconds: 120 });
    await outside.client.mine({ blocks: 65 });
    const liar = await liarOf(forgetful);
    expect(await openLocal(liar).prove(authorization, txHash)).toEqual({
      outcome: "failed",
      reason: "authorization_expired",
    });
    const alone = openLocal([liar, "http://127.0.0.1:1"]);
    for (let look = 0; look < 8; look++) {
      expect(await alone.prove(authorization, txHash)).toEqual({ outcome: "pending" });
    }
    expect((await alone.health()).rpcs[1]).toMatchObject({ state: "down" });
    const here = openLocal([liar, await truthful()]);
    for (let look = 0; look < 4; look++) {
      expect(await here.prove(authorization, txHash)).toEqual({ outcome: "pending" });
    }
  });
});
