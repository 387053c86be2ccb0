import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { lyingRpc, mintAddress, openLocal } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { chainCursors, chainFindings, payments } from "@/lib/db/schema";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "@/lib/ledger/authorization";
import { noteFinding } from "@/lib/ledger/findings";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { fillGaps } from "./fill-gaps";
import { finalise } from "./finalise";
import { sweepChain } from "./sweep-chain";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** Sweeps when all that happened so far is final. */
async function sweep(): Promise<void> {
  await own.outside.client.mine({ blocks: 3 });
  await sweepChain(own.db, own.chain, own.log);
}

/** Sends a payment's transfer by a wallet that is none of ours. */
async function sendAsStranger(payment: ClaimedPayment): Promise<string> {
  const authorization = authorizationOf(payment);
  return (await own.outside.send(authorization.asset, encodeTransfer(authorization))).transactionHash;
}

const findingsOf = (txHash: string) =>
  own.db.select().from(chainFindings).where(eq(chainFindings.txHash, txHash));

describe("the chain sweep", () => {
  it("books a transfer of a payment that was sent and lost sight of (C6, C7)", async () => {
    const payment = await own.answered();
    await own.sent(payment, own.chain);
    await sweep();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    expect(await own.settlementsOf(payment)).toHaveLength(1);
  });

  it("books an answered payment whose money a stranger sent, once nobody works on it (A8)", async () => {
    const payment = await own.answered();
    const txHash = await sendAsStranger(payment);
    await sweep();
    expect(await own.rowOf(payment)).toMatchObject({ money: "held" });
    expect(await findingsOf(txHash)).toMatchObject([{ kind: "unanswered_transfer", resolvedAt: null }]);
    await own.abandon(payment);
    await sweep();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "ready" });
    expect(await findingsOf(txHash)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
  });

  it("books one that was never answered too: its answer is owed, and given when it is presented again (A8, B12)", async () => {
    const minted = await own.mintPayment({}, await own.outside.payer(10_000n));
    const payment = await own.claimWork(minted);
    await own.ledger.fail(payment, "upstream_timeout");
    await sendAsStranger(payment);
    await sweep();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "failed" });
    const again = await own.claimWork(minted);
    expect(again.money).toBe("settled");
    await own.ledger.keepAnswer(again, { status: 200, headers: [], body: Buffer.from("late") });
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "ready" });
  });

  it("finds the transfer of a payment that ended without it", async () => {
    const payer = await own.outside.payer(9_999n);
    const payment = await own.answered({}, payer);
    expect(await own.ledger.settle(payment)).toMatchObject({ outcome: "void", code: "insufficient_funds" });
    await own.outside.mint(payer.address, 1n);
    const txHash = await sendAsStranger(payment);
    await sweep();
    const found = {
      kind: "unanswered_transfer",
      paymentId: payment.id,
      payTo: payment.payTo,
      amount: 10_000n,
    };
    expect(await findingsOf(txHash)).toMatchObject([{ ...found, resolvedAt: null }]);
  });

  // It was a finding once, which stayed open for ever where another seller is paid at the same address by its own gateway.
  it("counts what no payment of ours made, an authorized transfer or a gift, and calls it no disagreement (A8)", async () => {
    const payment = await own.answered();
    const foreign = await own.mintPayment({}, await own.outside.payer(10_000n));
    const txHash = await sendAsStranger({ ...payment, authorization: foreign.authorization });
    const { network, payTo } = payment;
    const noted = { network, payTo, txHash, logIndex: 7, blockNumber: 1n, amount: 1n };
    await noteFinding(own.db, { ...noted, kind: "unknown_transfer" });
    await own.outside.mint(payment.payTo as `0x${string}`, 5n);
    await sweep();
    // Nor does what was noted of such a one before stay open.
    expect(await findingsOf(txHash)).toMatchObject([{ logIndex: 7, resolvedAt: expect.any(Date) }]);
    expect(await own.db.$count(chainFindings, eq(chainFindings.amount, 5n))).toBe(0);
    expect(own.log.lines).toContainEqual(
      expect.objectContaining({ event: "sweep.other_transfers", fields: { network, count: 2 } }),
    );
  });

  it("reads no receipt of what was never presented to us, however much of it there is (C7, D3)", async () => {
    const payment = await own.answered();
    await own.abandon(payment);
    const foreign = await own.mintPayment({}, await own.outside.payer(10_000n));
    await sweep();
    const asked: string[] = [];
    const counting = async () => {
      const rpc = await lyingRpc(own.rpcUrl, ({ method, params }, result) => {
        asked.push(method === "eth_getTransactionReceipt" ? `${params?.[0]}` : method);
        return result;
      });
      onTestFinished(() => rpc.close());
      return rpc.url;
    };
    const two = openLocal([await counting(), await counting()]);
    const strange = await sendAsStranger({ ...payment, authorization: foreign.authorization });
    for (let gift = 0; gift < 20; gift++) await own.outside.mint(payment.payTo as `0x${string}`, 1n);
    const ours = await sendAsStranger(payment);
    for (let round = 0; round < 2; round++) await sweepChain(own.db, two, own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    expect(new Set(asked.filter((each) => each.startsWith("0x")))).toEqual(new Set([ours]));
    expect(asked).not.toContain(strange);
    expect(asked.filter((each) => each === "eth_getLogs").length).toBeLessThan(20);
  });

  it("finds a settlement that its final block lacks, until that is taken back (D13)", async () => {
    const payment = await own.settled();
    await own.outside.client.request<{ Method: "anvil_reorg"; Parameters: [number, []]; ReturnType: null }>({
      method: "anvil_reorg",
      params: [1, []],
    });
    await sweep();
    const [settlement] = await own.settlementsOf(payment);
    const txHash = settlement?.txHash ?? "";
    expect(await findingsOf(txHash)).toMatchObject([{ kind: "missing_transfer", resolvedAt: null }]);
    await finalise(own.db, own.chain, own.log);
    await sweep();
    expect(await findingsOf(txHash)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
    await fillGaps(own.db, own.chain, own.log);
  });

  it("resolves what it once missed and finds in its block (D3)", async () => {
    const payment = await own.settled();
    const [settlement] = await own.settlementsOf(payment);
    if (!settlement) throw new Error("It has no settlement");
    const { network, txHash, logIndex, blockNumber, payTo, amount, paymentId } = settlement;
    const facts = { network, txHash, logIndex, blockNumber, payTo, amount, paymentId };
    await noteFinding(own.db, { ...facts, kind: "missing_transfer" });
    await sweep();
    expect(await findingsOf(txHash)).toMatchObject([{ resolvedAt: expect.any(Date) }]);
  });

  it("goes on from where any replica ended, and looks again at blocks that may be replaced", async () => {
    await sweep();
    const [cursor] = await own.db.select().from(chainCursors).where(eq(chainCursors.worker, "sweep"));
    expect(cursor?.blockNumber).toBe((await own.chain.history.finalHead()).number);
    const asked: bigint[] = [];
    const { history } = own.chain;
    const transfersTo: typeof history.transfersTo = (payouts, from, to) => {
      asked.push(from);
      return history.transfersTo(payouts, from, to);
    };
    await sweepChain(own.db, { ...own.chain, history: { ...history, transfersTo } }, own.log);
    expect(asked).toEqual([(cursor?.blockNumber ?? 0n) + 1n]);
  });

  it("leaves no block out when it cannot be told whether the one it ended at still stands", async () => {
    await sweep();
    const [cursor] = await own.db.select().from(chainCursors).where(eq(chainCursors.worker, "sweep"));
    const final = await own.chain.history.finalHead();
    const asked: bigint[] = [];
    const history: typeof own.chain.history = {
      ...own.chain.history,
      holds: async () => null,
      finalHead: async () => ({ ...final, number: final.number + 20_000n }),
      transfersTo: async (_, from) => {
        asked.push(from);
        return [];
      },
    };
    await sweepChain(own.db, { ...own.chain, history }, own.log);
    expect(asked).toEqual([(cursor?.blockNumber ?? 0n) + 1n]);
  });

  it("leaves alone what other tokens and other addresses received", async () => {
    const before = await own.db.$count(chainFindings);
    await own.outside.mint(mintAddress(), 7n);
    await sweep();
    expect(await own.db.$count(chainFindings)).toBe(before);
    expect(await own.db.$count(payments, eq(payments.amount, 7n))).toBe(0);
  });
});

describe("of two RPCs", () => {
  /** The chain by an RPC that keeps back what these methods are asked for, and an honest one. */
  async function withLiar(kept: Readonly<Record<string, unknown>>) {
    const liar = await lyingRpc(own.rpcUrl, ({ method }, result) =>
      Object.hasOwn(kept, method) ? kept[method] : result,
    );
    onTestFinished(() => liar.close());
    return openLocal([liar.url, own.rpcUrl]);
  }

  /** The transfer of a payment that somebody still works on, by a stranger. */
  async function unansweredTransfer(): Promise<string> {
    return sendAsStranger(await own.answered());
  }

  const cursor = async () => {
    const [row] = await own.db.select().from(chainCursors).where(eq(chainCursors.worker, "sweep"));
    return row?.blockNumber;
  };

  it("one that keeps logs back hides no transfer, and makes no settlement seem to be missing (D3)", async () => {
    const payment = await own.settled();
    const txHash = await unansweredTransfer();
    await own.outside.client.mine({ blocks: 3 });
    const two = await withLiar({ eth_getLogs: [] });
    await sweepChain(own.db, two, own.log);
    expect(await findingsOf(txHash)).toMatchObject([{ kind: "unanswered_transfer" }]);
    expect(await own.db.$count(chainFindings, eq(chainFindings.paymentId, payment.id))).toBe(0);
    expect(await cursor()).toBe((await own.chain.history.finalHead()).number);
  });

  it("one that keeps receipts back as well lets no block pass until it is honest, and decides nothing (D3)", async () => {
    await sweep();
    const before = await cursor();
    const txHash = await unansweredTransfer();
    const two = await withLiar({ eth_getLogs: [], eth_getTransactionReceipt: null });
    await own.outside.client.mine({ blocks: 3 });
    await sweepChain(own.db, two, own.log);
    expect(own.log.lines).toContainEqual(expect.objectContaining({ event: "sweep.disputed" }));
    expect(await findingsOf(txHash)).toEqual([]);
    expect(await cursor()).toBe(before);
    await sweep();
    expect(await findingsOf(txHash)).toMatchObject([{ kind: "unanswered_transfer" }]);
  });

  it("one that calls nothing final takes the sweep back behind no block that stands (D3)", async () => {
    await sweep();
    const before = await cursor();
    const liar = await lyingRpc(own.rpcUrl, ({ params }, result) =>
      params?.[0] === "finalized" ? { ...Object(result), number: "0x0" } : result,
    );
    onTestFinished(() => liar.close());
    await sweepChain(own.db, openLocal([liar.url, own.rpcUrl]), own.log);
    expect(await cursor()).toBe(before);
  });
});
