import { encodeFunctionData, type Hex, multicall3Abi, toHex } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type Authorization, type Chain, ChainUnavailable, type SignedTransaction } from "./chain";
import {
  authorize,
  lyingRpc,
  mintAddress,
  Outside,
  openLocal,
  REFUSED,
  type RpcCall,
  serve,
  startOwnChain,
} from "./fixture";
import { encodeTransfer } from "./transfer";

const MULTICALL3 = "0xcA11bde05977b3631167028862bE2a173976CA11";
const UNKNOWN_HASH = toHex(1n, { size: 32 });

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

function relayed(authorization: Authorization): Promise<SignedTransaction> {
  return outside.signAsRelayer(chain, authorization);
}

function land(signed: SignedTransaction): Promise<Hex> {
  return outside.land(signed);
}

async function sentByStranger(authorization: Authorization): Promise<Hex> {
  return (await outside.send(authorization.asset, encodeTransfer(authorization))).transactionHash;
}

function together(calls: { target: Hex; callData: Hex }[]) {
  const args = [calls.map((call) => ({ ...call, allowFailure: true }))] as const;
  return outside.send(
    MULTICALL3,
    encodeFunctionData({ abi: multicall3Abi, functionName: "aggregate3", args }),
  );
}

function transferCall(authorization: Authorization) {
  return { target: authorization.asset, callData: encodeTransfer(authorization) };
}

describe("money that arrived is proven", () => {
  it("by the receipt of our transaction, at its block's time", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const hash = await land(await relayed(authorization));
    const receipt = await outside.client.getTransactionReceipt({ hash });
    const block = await outside.client.getBlock({ blockNumber: receipt.blockNumber });
    expect(await chain.prove(authorization, hash)).toEqual({
      outcome: "settled",
      proof: {
        txHash: hash,
        logIndex: 1,
        blockNumber: receipt.blockNumber,
        blockHash: receipt.blockHash,
        blockTime: new Date(Number(block.timestamp) * 1000),
      },
    });
  });

  it("from the nonce alone, when no hash is known", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const txHash = await sentByStranger(authorization);
    expect(await chain.prove(authorization, null)).toMatchObject({ outcome: "settled", proof: { txHash } });
  });

  it("when a stranger sent it and the hash we know is nowhere (faults A8)", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const txHash = await sentByStranger(authorization);
    expect(await chain.prove(authorization, UNKNOWN_HASH)).toMatchObject({
      outcome: "settled",
      proof: { txHash },
    });
  });

  it("when a stranger's transaction came first in the same block and ours reverted (faults A8)", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const ours = await relayed(authorization);
    await outside.client.setIntervalMining({ interval: 0 });
    const txHash = await outside.post(authorization.asset, encodeTransfer(authorization));
    await outside.client.sendRawTransaction({ serializedTransaction: ours.raw });
    await outside.client.mine({ blocks: 1 });
    await outside.client.setAutomine(true);
    const receipt = await outside.client.getTransactionReceipt({ hash: ours.hash });
    expect(receipt.status).toBe("reverted");
    expect(await chain.prove(authorization, ours.hash)).toMatchObject({
      outcome: "settled",
      proof: { txHash },
    });
  });

  it("for each of many equal payments in one transaction, by a log of its own", async () => {
    const payer = await outside.payer(50_000n);
    const to = mintAddress();
    const five = await Promise.all(Array.from({ length: 5 }, () => authorize(payer, { to })));
    const { transactionHash } = await together(five.map(transferCall));
    const proofs = await Promise.all(
      five.map((authorization) => chain.prove(authorization, transactionHash)),
    );
    const logs = proofs.map((proof) => (proof.outcome === "settled" ? proof.proof.logIndex : null));
    expect(logs).toEqual([1, 3, 5, 7, 9]);
  });
});

describe("money that did not arrive is never proven", () => {
  it("when a payment shares a transaction with one that failed: one transfer pays for one payment", async () => {
    const payer = await outside.payer(10_000n);
    const to = mintAddress();
    const [paid, unpaid] = [await authorize(payer, { to }), await authorize(payer, { to })];
    const { transactionHash } = await together([paid, unpaid].map(transferCall));
    expect(await chain.prove(paid, transactionHash)).toMatchObject({ outcome: "settled" });
    expect(await chain.prove(unpaid, transactionHash)).toEqual({ outcome: "pending" });
  });

  it("when the payer used the nonce to pay itself, beside a transfer that looks the same (pairing attack)", async () => {
    const payer = await outside.payer(30_000n);
    const to = mintAddress();
    const honest = await authorize(payer, { to });
    const claimed = await authorize(payer, { to });
    const toSelf = await authorize(payer, { to: payer.address, nonce: claimed.nonce });
    for (const order of [
      [honest, toSelf],
      [toSelf, honest],
    ]) {
      const { transactionHash } = await together(order.map(transferCall));
      expect(await chain.prove(claimed, transactionHash)).toEqual({
        outcome: "failed",
        reason: "payment_cancelled",
      });
    }
    expect(await chain.prove(claimed, null)).toEqual({ outcome: "failed", reason: "payment_cancelled" });
  });

  it("when the payer cancelled, whether or not we sent ours", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    await outside.cancel(payer, authorization);
    const hash = await land(await relayed(authorization));
    const cancelled = { outcome: "failed", reason: "payment_cancelled" };
    expect(await chain.prove(authorization, hash)).toEqual(cancelled);
    expect(await chain.prove(authorization, null)).toEqual(cancelled);
  });

  it("when ours reverted because the payer moved the funds after they were checked (faults A9)", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    await outside.spend(payer, 5_000n);
    const hash = await land(await relayed(authorization));
    expect(await chain.prove(authorization, hash)).toEqual({
      outcome: "failed",
      reason: "insufficient_funds",
    });
  });

  it("when ours reverted because the token refused it", async () => {
    const payer = await outside.payer(10_000n);
    const forged = await authorize(privateKeyToAccount(generatePrivateKey()), { from: payer.address });
    const hash = await land(await relayed(forged));
    expect(await chain.prove(forged, hash)).toEqual({ outcome: "failed", reason: "settlement_reverted" });
  });

  it("and is not given up when a facilitator's transaction reverts: it can send another, or have named a stranger's", async () => {
    const payer = await outside.payer(10_000n);
    const authorization = await authorize(payer);
    await outside.spend(payer, 5_000n);
    const reverted = await sentByStranger(authorization);
    const here = openLocal(own.rpcUrl, { facilitator: "http://127.0.0.1:1" });
    expect(await here.prove(authorization, reverted)).toEqual({ outcome: "pending" });
    await outside.mint(payer.address, 5_000n);
    const txHash = await sentByStranger(authorization);
    expect(await here.prove(authorization, reverted)).toMatchObject({
      outcome: "settled",
      proof: { txHash },
    });
  });

  it("while ours is neither mined nor expired", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    expect(await chain.prove(authorization, UNKNOWN_HASH)).toEqual({ outcome: "pending" });
    expect(await chain.prove(authorization, null)).toEqual({ outcome: "pending" });
  });

  it("and is given up only when no block that may still change can take it (faults D12)", async () => {
    const authorization = await authorize(await outside.payer(10_000n), { validBefore: await soon() });
    await outside.client.increaseTime({ seconds: 120 });
    await outside.client.mine({ blocks: 1 });
    expect(await chain.prove(authorization, null)).toEqual({ outcome: "pending" });
    await outside.client.mine({ blocks: 64 });
    expect(await chain.prove(authorization, null)).toEqual({
      outcome: "failed",
      reason: "authorization_expired",
    });
  });

  it.each<[string, RpcAnswer]>([
    ["knows no such block", { result: null }],
    ["does not know the word", { error: { code: -32_602, message: "invalid block tag" } }],
  ])("and is given up 64 blocks deep on a chain that %s", async (_, answer) => {
    const rpc = await serveFinality(answer);
    const authorization = await authorize(await outside.payer(10_000n), { validBefore: await soon() });
    const here = openLocal(rpc);
    await outside.client.increaseTime({ seconds: 60 });
    await outside.client.mine({ blocks: 63 });
    expect(await here.prove(authorization, null)).toEqual({ outcome: "pending" });
    await outside.client.mine({ blocks: 2 });
    expect(await here.prove(authorization, null)).toEqual({
      outcome: "failed",
      reason: "authorization_expired",
    });
  });
});

describe("an RPC that fails to tell what is final (D3)", () => {
  it("is not taken for one whose chain does not tell: nothing is given up, and nothing is final", async () => {
    const authorization = await authorize(await outside.payer(10_000n), { validBefore: await soon() });
    await outside.client.increaseTime({ seconds: 120 });
    await outside.client.mine({ blocks: 1 });
    for (const { status, ...error } of [
      { status: 429, code: 429, message: "exceeded its compute units" },
      { status: 403, code: -32_601, message: "rpc method is not whitelisted" },
      { code: 429, message: "exceeded its compute units" },
      { code: -32_000, message: "upstream timeout" },
      { code: -32_005, message: "query exceeds limits" },
      { code: -32_097, message: "over rate limit" },
      { code: -32_603, message: "backend request failed" },
    ]) {
      const here = openLocal(await serveFinality({ error }, status));
      await expect(here.prove(authorization, null)).rejects.toThrow(ChainUnavailable);
      await expect(here.history.finalHead()).rejects.toThrow(ChainUnavailable);
    }
  });
});

/** A minute ahead of the chain's clock, which tests move. */
async function soon(): Promise<bigint> {
  return (await outside.client.getBlock()).timestamp + 60n;
}

type RpcAnswer = { result: unknown } | { error: { code: number; message: string } };

/** An RPC that gives this answer to whoever asks what is final. */
async function serveFinality(answer: RpcAnswer, status = 200): Promise<string> {
  const server = await serve(async (body) => {
    if (body.includes('"finalized"')) {
      const { id } = JSON.parse(body) as RpcCall;
      return { status, body: JSON.stringify({ jsonrpc: "2.0", id, ...answer }) };
    }
    const headers = { "content-type": "application/json" };
    const response = await fetch(own.rpcUrl, { method: "POST", headers, body });
    return { body: await response.text() };
  });
  open.push(server);
  return server.url;
}

async function lying(lie: Parameters<typeof lyingRpc>[1]): Promise<Chain> {
  const server = await lyingRpc(own.rpcUrl, lie);
  open.push(server);
  return openLocal(server.url);
}

describe("an RPC that does not tell the truth (faults D3)", () => {
  async function paid() {
    const authorization = await authorize(await outside.payer(10_000n));
    return { authorization, hash: await land(await relayed(authorization)) };
  }

  it("proves nothing when it omits logs", async () => {
    const { authorization, hash } = await paid();
    const here = await lying(({ method }, result) => {
      if (method === "eth_getLogs") return [];
      return method === "eth_getTransactionReceipt" ? { ...Object(result), logs: [] } : result;
    });
    expect(await here.prove(authorization, hash)).toEqual({ outcome: "pending" });
  });

  it("proves nothing when it omits the transfer alone", async () => {
    const { authorization, hash } = await paid();
    const here = await lying(({ method }, result) => {
      if (method !== "eth_getTransactionReceipt") return result;
      const { logs } = result as { logs: unknown[] };
      return { ...Object(result), logs: logs.slice(0, 1) };
    });
    expect(await here.prove(authorization, hash)).toEqual({ outcome: "pending" });
  });

  it("proves nothing with a receipt of a block that is not in the chain", async () => {
    const { authorization, hash } = await paid();
    const here = await lying(({ method }, result) =>
      method === "eth_getTransactionReceipt" ? { ...Object(result), blockHash: UNKNOWN_HASH } : result,
    );
    expect(await here.prove(authorization, hash)).toEqual({ outcome: "pending" });
  });

  it("proves nothing with the receipt of another transaction", async () => {
    const { authorization, hash } = await paid();
    const here = await lying(({ method }, result) =>
      method === "eth_getTransactionReceipt" ? { ...Object(result), transactionHash: UNKNOWN_HASH } : result,
    );
    expect(await here.prove(authorization, hash)).toEqual({ outcome: "pending" });
  });

  it("is not listened to when it answers for another chain", async () => {
    const { authorization, hash } = await paid();
    const here = await lying(({ method }, result) => (method === "eth_chainId" ? "0x1" : result));
    await expect(here.prove(authorization, hash)).rejects.toThrow(ChainUnavailable);
    await expect(here.payerState(authorization)).rejects.toThrow(ChainUnavailable);
  });

  it("still proves what happened when it refuses wide ranges of logs", async () => {
    const authorization = await authorize(await outside.payer(10_000n));
    const txHash = await sentByStranger(authorization);
    const here = await lying(({ method, params }, result) => {
      if (method !== "eth_getLogs") return result;
      const [{ fromBlock, toBlock }] = params as [{ fromBlock: Hex; toBlock: Hex }];
      return Number(toBlock) - Number(fromBlock) >= 10 ? REFUSED : result;
    });
    expect(await here.prove(authorization, null)).toMatchObject({ outcome: "settled", proof: { txHash } });
  });
});
