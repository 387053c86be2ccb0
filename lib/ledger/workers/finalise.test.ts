import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { payments } from "@/lib/db/schema";
import { openOwnLedger } from "@/lib/ledger/own-ledger.fixture";
import { fillGaps } from "./fill-gaps";
import { finalise } from "./finalise";
import { settleUnattended } from "./settle";

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

  it("stays so while the chain shows no block at its height, as a node that is behind does (D13)", async () => {
    const payment = await own.settled();
    const { history } = own.chain;
    const behind = { ...own.chain, history: { ...history, holds: async () => null } };
    await finalise(own.db, behind, own.log);
    expect(await own.rowOf(payment)).toMatchObject({ money: "settled" });
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
