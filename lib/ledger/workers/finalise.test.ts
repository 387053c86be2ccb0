import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { ChainUnavailable } from "@/lib/chain/chain";
import { openLocal, serve } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { chainFindings, payments } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { adopt, book } from "@/lib/ledger/record";
import { fillGaps } from "./fill-gaps";
import { finalise } from "./finalise";
import { settleUnattended } from "./settle";
import { sweepChain } from "./sweep-chain";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** Replaces the newest blocks by empty ones, as a reorg does whose other side never saw our transactions. */
async function reorg(depth: number): Promise<void> {
  // viem names no such action.
  await own.outside.client.request<{ Method: "anvil_reorg"; Parameters: [number, []]; ReturnType: null }>({
    method: "anvil_reorg",
    params: [depth, []],
  });
}

const look = () => finalise(own.db, own.chain, own.log);

describe("a settled payment", () => {
  it("is final once its block can no longer be replaced, and not before (D13)", async () => {
    const payment = await own.settled();
    await look();
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    await own.outside.client.mine({ blocks: 3 });
    await look();
    expect(await own.rowOf(payment)).toMatchObject({ money: "final" });
    expect(await own.settlementsOf(payment)).toMatchObject([{ orphanedAt: null }]);
  });

  it("that a reorg dropped is sent again as it was signed, and settled by its new block (D13)", async () => {
    const payment = await own.settled();
    await look();
    await reorg(1);
    await look();
    expect(await own.rowOf(payment)).toMatchObject({
      money: "submitting",
      settledAt: null,
      delivery: "ready",
    });
    expect(await own.settlementsOf(payment)).toMatchObject([{ orphanedAt: expect.any(Date) }]);
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    const [dropped, stands] = await own.settlementsOf(payment);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", settledAt: stands?.blockTime });
    expect(stands).toMatchObject({ orphanedAt: null, txHash: dropped?.txHash });
    expect(stands?.blockHash).not.toBe(dropped?.blockHash);
  });

  it("that a reorg dropped and that can never land again is the merchant's loss, and said to be one (D13)", async () => {
    const payer = await own.outside.payer(10_000n);
    const payment = await own.answered({}, payer);
    await own.ledger.settle(payment);
    await own.abandon(payment);
    await reorg(1);
    await own.outside.spend(payer, 10_000n);
    await look();
    await fillGaps(own.db, own.chain, own.log);
    await own.settleRound();
    expect(await own.rowOf(payment)).toMatchObject({ money: "void", reason: "merchant_loss" });
  });

  it("that a reorg dropped is proven anew also while its stream still runs, and holds up nobody else (D13)", async () => {
    const payment = await own.claimWork(await own.mintPayment({}, await own.outside.payer(10_000n)));
    await own.ledger.beginStream(payment, 200);
    expect(await own.ledger.settle(payment)).toMatchObject({ outcome: "settled" });
    await look();
    await reorg(1);
    await look();
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting", delivery: "streaming" });
    await fillGaps(own.db, own.chain, own.log);
    await settleUnattended(own.db, new Map([[own.chain.network.id, own.chain]]), own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled", delivery: "streaming" });
  });

  it("is looked at again whose block could not be judged, although the head stands since (D13)", async () => {
    const payment = await own.settled();
    await look();
    await reorg(1);
    await own.outside.client.mine({ blocks: 1 });
    const { history } = own.chain;
    const silent = { ...own.chain, history: { ...history, holds: async () => null } };
    await finalise(own.db, silent, own.log);
    await look();
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting" });
    await fillGaps(own.db, own.chain, own.log);
  });

  it("is looked at although its block is an old one, when it was booked by a proof from before a reorg (D13)", async () => {
    const late = await own.answered();
    await own.sent(late, own.chain);
    const proven = await own.chain.prove(authorizationOf(late), null);
    expect(proven).toMatchObject({ outcome: "settled" });
    await reorg(1);
    await own.outside.client.mine({ blocks: 1 });
    // Something that another round looks at, by a stranger's hand: our account waits for what was dropped.
    const other = await own.answered();
    await own.abandon(other);
    const authorization = authorizationOf(other);
    await own.outside.send(authorization.asset, encodeTransfer(authorization));
    await adopt(own.db, other.id);
    await book(own.db, other.id, await own.chain.prove(authorization, null));
    const { history } = own.chain;
    const finalHead = async () => ({ ...(await history.finalHead()), number: 0n });
    const early = { ...own.chain, history: { ...history, finalHead } };
    await finalise(own.db, early, own.log);
    await book(own.db, late.id, proven);
    expect(await own.rowOf(late)).toMatchObject({ money: "settled" });
    await finalise(own.db, early, own.log);
    expect(await own.rowOf(late)).toMatchObject({ money: "submitting" });
    await fillGaps(own.db, own.chain, own.log);
  });

  it("stays so while the chain shows no block at its height, as a node that is behind does (D13)", async () => {
    const payment = await own.settled();
    const { history } = own.chain;
    const behind = { ...own.chain, history: { ...history, holds: async () => null } };
    await finalise(own.db, behind, own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
  });
});

describe("of two RPCs", () => {
  /** An RPC that calls its newest block final. */
  async function boaster(): Promise<string> {
    const server = await serve(async (body) => {
      const headers = { "content-type": "application/json" };
      const asked = body.replaceAll('"finalized"', '"latest"');
      const answer = await fetch(own.rpcUrl, { method: "POST", headers, body: asked });
      return { body: await answer.text() };
    });
    onTestFinished(server.close);
    return server.url;
  }

  it("one that calls every block final makes none final, whichever is asked first (D3, D13)", async () => {
    const payment = await own.settled();
    const alone = await openLocal(await boaster()).history.finalHead();
    expect(alone.number).toBe((await own.chain.history.head()).number);
    const two = openLocal([await boaster(), own.rpcUrl]);
    for (let look = 0; look < 2; look++) await finalise(own.db, two, own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    await reorg(1);
    await finalise(own.db, two, own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting" });
    await fillGaps(own.db, own.chain, own.log);
  });

  it("one alone makes nothing final, although the other is down (D3, D13)", async () => {
    const payment = await own.settled();
    await own.outside.client.mine({ blocks: 3 });
    const alone = openLocal([own.rpcUrl, "http://127.0.0.1:1"]);
    for (let look = 0; look < 8; look++) {
      await expect(finalise(own.db, alone, own.log)).rejects.toThrow(ChainUnavailable);
    }
    expect((await alone.health()).rpcs[1]).toMatchObject({ state: "down" });
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
    await look();
    expect(await own.rowOf(payment)).toMatchObject({ money: "final" });
  });
});

describe("a block that held a final payment and is gone", () => {
  const findingsOf = ({ id }: { id: string }) =>
    own.db.select().from(chainFindings).where(eq(chainFindings.paymentId, id));

  it("gives up the settled ones beside it, stops no other block, and is told to the operator (D13)", async () => {
    const [final, settled] = [await own.answered(), await own.answered()];
    const { client } = own.outside;
    await client.setIntervalMining({ interval: 0 });
    await own.sent(final, own.chain);
    await own.sent(settled, own.chain);
    await client.mine({ blocks: 1 });
    await client.setAutomine(true);
    await own.settleRound();
    await own.db.update(payments).set({ money: "final" }).where(eq(payments.id, final.id));
    const later = await own.settled();
    const [settlement] = await own.settlementsOf(final);
    expect(await own.settlementsOf(settled)).toMatchObject([{ blockHash: settlement?.blockHash }]);
    const head = await client.getBlockNumber({ cacheTime: 0 });
    await reorg(Number(head - (settlement?.blockNumber ?? head)) + 1);
    await look();
    expect(await own.rowOf(settled)).toMatchObject({ money: "submitting" });
    expect(await own.rowOf(later)).toMatchObject({ money: "submitting" });
    expect(await own.rowOf(final)).toMatchObject({ money: "final" });
    await sweepChain(own.db, own.chain, own.log);
    expect(await findingsOf(final)).toMatchObject([{ kind: "missing_transfer", resolvedAt: null }]);
    expect(await findingsOf(settled)).toEqual([]);
    // Also when the transfer stands again, in another block.
    await fillGaps(own.db, own.chain, own.log);
    await own.outside.client.mine({ blocks: 3 });
    await sweepChain(own.db, own.chain, own.log);
    expect(await findingsOf(final)).toMatchObject([{ kind: "missing_transfer", resolvedAt: null }]);
  });
});

describe("the database refuses", () => {
  it("to take a payment back whose settlement stands (D13)", async () => {
    const payment = await own.settled();
    const back = own.db
      .update(payments)
      .set({ money: "submitting", settledAt: null })
      .where(eq(payments.id, payment.id));
    await expect(back).rejects.toThrow();
  });
});
