import { randomBytes } from "node:crypto";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, inject, it } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { answers, chainTxs, payments, settlements } from "@/lib/db/schema";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "./authorization";
import { ANSWER, openTestLedger, randomHex, relayerOf } from "./fixture";
import { sweepLeases } from "./workers/sweep-leases";

const { db, ledger, chains, mintPayment, claimWork, rowOf, abandon, close } = openTestLedger();
const outside = new Outside(inject("local").rpcUrl);
const relayerAddress = relayerOf(chains.get("eip155:84532")).address;
afterAll(close);

/** Sends a payment's transfer from a wallet that is none of ours, and waits until it is mined. */
async function broadcastAsStranger(payment: ClaimedPayment): Promise<string> {
  const authorization = authorizationOf(payment);
  return (await outside.send(authorization.asset, encodeTransfer(authorization))).transactionHash;
}

describe("a claim", () => {
  it("is given to one of many who race for it (A1)", async () => {
    const payment = await mintPayment();
    const claims = await Promise.all(Array.from({ length: 20 }, () => ledger.claim(payment)));
    const kinds = claims.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "work")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "busy")).toHaveLength(19);
  });

  it("passes to the next presentation once its process is gone, and then the first may change nothing", async () => {
    const payment = await mintPayment();
    const first = await claimWork(payment);
    await abandon(first);
    const second = await claimWork(payment);
    expect(second).toMatchObject({ id: first.id, attempt: 2 });
    expect(await ledger.keepAnswer(first, ANSWER)).toBe(false);
    expect(await ledger.beginStream(first, 200)).toBe(false);
    await ledger.fail(first, "upstream_invalid");
    expect(await rowOf(second)).toMatchObject({ delivery: "pending", leaseOwner: second.lease });
    expect(await ledger.keepAnswer(second, ANSWER)).toBe(true);
  });

  it("that lost its lease cannot send money (C3, C4)", async () => {
    const payment = await mintPayment();
    const first = await claimWork(payment);
    expect(await ledger.keepAnswer(first, ANSWER)).toBe(true);
    await abandon(first);
    expect(await ledger.settle(first)).toEqual({ outcome: "unavailable" });
    expect(await rowOf(first)).toMatchObject({ money: "held", chainTxId: null });
  });

  it("of the same identity with other terms is refused, whatever became of the first", async () => {
    const payment = await mintPayment();
    const held = await claimWork(payment);
    const others = [{ digest: randomBytes(32) }, { fingerprint: randomBytes(32) }];
    const refused = { kind: "refused", code: "payment_used_for_other_request" };
    for (const other of others) expect(await ledger.claim({ ...payment, ...other })).toEqual(refused);
    await ledger.fail(held, "upstream_timeout");
    for (const other of others) expect(await ledger.claim({ ...payment, ...other })).toEqual(refused);
  });
});

describe("attempts", () => {
  it("count when the upstream was asked or may have been, and five are the last", async () => {
    const payment = await mintPayment();
    for (let ended = 0; ended < 6; ended++) await ledger.fail(await claimWork(payment), "caller_gone");
    for (let ended = 0; ended < 2; ended++) await ledger.fail(await claimWork(payment), "insufficient_funds");
    for (let ended = 0; ended < 4; ended++) await ledger.fail(await claimWork(payment), "upstream_timeout");
    await abandon(await claimWork(payment));
    await sweepLeases(db);
    expect(await ledger.claim(payment)).toEqual({ kind: "refused", code: "attempts_exhausted" });
  });

  it("do not count that ended before a payment was charged which is charged before the call", async () => {
    const payment = await mintPayment({ charge: "before" });
    for (let ended = 0; ended < 6; ended++) await abandon(await claimWork(payment));
    expect(await claimWork(payment)).toMatchObject({ attempt: 1, money: "held" });
  });
});

describe("a settlement", () => {
  it("is stored before it is broadcast, proven, and booked once however often it is asked for (J4)", async () => {
    const payment = await claimWork(await mintPayment());
    await ledger.keepAnswer(payment, ANSWER);
    const charge = await ledger.settle(payment);
    expect(charge.outcome).toBe("settled");
    expect(await ledger.settle({ ...payment, money: "submitting" })).toEqual(charge);
    const row = await rowOf(payment);
    const [stored] = await db
      .select()
      .from(chainTxs)
      .where(eq(chainTxs.id, row.chainTxId ?? ""));
    const booked = await db.select().from(settlements).where(eq(settlements.paymentId, payment.id));
    expect(booked).toHaveLength(1);
    expect(booked[0]).toMatchObject({ txHash: stored?.hash, amount: 10_000n, payTo: payment.payTo });
    expect(row.settledAt).toEqual(booked[0]?.blockTime);
  });

  it("that somebody else sent is recognised as paid, and costs us no transaction (A8)", async () => {
    const payment = await claimWork(await mintPayment());
    await ledger.keepAnswer(payment, ANSWER);
    const foreign = await broadcastAsStranger(payment);
    const before = await db.$count(chainTxs, eq(chainTxs.sender, relayerAddress));
    expect(await ledger.settle(payment)).toEqual({ outcome: "settled", txHash: foreign });
    expect(await db.$count(chainTxs, eq(chainTxs.sender, relayerAddress))).toBe(before);
    expect(await rowOf(payment)).toMatchObject({ money: "settled", chainTxId: null });
  });

  it("never books one transfer for two payments", async () => {
    const payment = await claimWork(await mintPayment());
    const { authorization, payTo, validBefore } = payment;
    const twin = await claimWork({ ...(await mintPayment()), authorization, payTo, validBefore });
    for (const claimed of [payment, twin]) await ledger.keepAnswer(claimed, ANSWER);
    expect(await ledger.settle(payment)).toMatchObject({ outcome: "settled" });
    expect(await ledger.settle(twin)).toMatchObject({ outcome: "pending" });
    expect(await db.$count(settlements, eq(settlements.paymentId, twin.id))).toBe(0);
  });

  it("of many payments at once on replicas with one relayer uses each account nonce once and leaves no gap (D8)", async () => {
    const replica = openTestLedger();
    const claimed = await Promise.all(Array.from({ length: 12 }, async () => claimWork(await mintPayment())));
    const charges = await Promise.all(
      claimed.map(async (payment, index) => {
        await ledger.keepAnswer(payment, ANSWER);
        return (index % 2 === 0 ? ledger : replica.ledger).settle(payment);
      }),
    );
    await replica.close();
    expect(charges.every(({ outcome }) => outcome === "settled")).toBe(true);
    const sent = await db
      .select({ nonce: chainTxs.accountNonce })
      .from(chainTxs)
      .where(eq(chainTxs.sender, relayerAddress));
    const nonces = sent.map(({ nonce }) => nonce);
    expect(new Set(nonces).size).toBe(nonces.length);
  });

  it("of an authorization the token refuses ends void, with its answer withheld", async () => {
    const payment = await claimWork(await mintPayment());
    payment.authorization.value = "20000";
    await ledger.keepAnswer(payment, ANSWER);
    expect(await ledger.settle(payment)).toMatchObject({ outcome: "void", code: "settlement_reverted" });
    expect(await rowOf(payment)).toMatchObject({ money: "void", reason: "settlement_reverted" });
    expect(await db.$count(answers, eq(answers.paymentId, payment.id))).toBe(0);
  });
});

describe("the database refuses", () => {
  const refusal = (statement: Promise<unknown>) =>
    statement.then(
      () => "accepted",
      (error: { cause?: { code?: string } }) => error.cause?.code,
    );
  const CHECK_VIOLATION = "23514";

  async function anyChainTx(): Promise<string | undefined> {
    return (await db.select({ id: chainTxs.id }).from(chainTxs).limit(1))[0]?.id;
  }

  it("to send money before there is an answer", async () => {
    const payment = await claimWork(await mintPayment());
    for (const sent of [{ facilitator: "https://x402.org" }, { chainTxId: await anyChainTx() }]) {
      const early = db
        .update(payments)
        .set({ money: "submitting", ...sent })
        .where(eq(payments.id, payment.id));
      expect(await refusal(early)).toBe(CHECK_VIOLATION);
    }
  });

  it("every transition of money that is not drawn", async () => {
    const payment = await claimWork(await mintPayment({ charge: "before" }));
    const settledAt = new Date();
    for (const money of ["settled", "final"] as const) {
      expect(
        await refusal(db.update(payments).set({ money, settledAt }).where(eq(payments.id, payment.id))),
      ).toBe(CHECK_VIOLATION);
    }
    await db.update(payments).set({ money: "void" }).where(eq(payments.id, payment.id));
    for (const money of ["held", "submitting", "settled", "final"] as const) {
      const back = db.update(payments).set({ money, settledAt }).where(eq(payments.id, payment.id));
      expect(await refusal(back)).toBe(CHECK_VIOLATION);
    }
  });

  it("to change who pays what to whom, to remove a payment, and to touch a settlement", async () => {
    const payment = await claimWork(await mintPayment());
    const mine = eq(payments.id, payment.id);
    expect(await refusal(db.update(payments).set({ amount: 1n }).where(mine))).toBe(CHECK_VIOLATION);
    expect(
      await refusal(
        db
          .update(payments)
          .set({ payTo: randomHex(20) })
          .where(mine),
      ),
    ).toBe(CHECK_VIOLATION);
    expect(await refusal(db.delete(payments).where(mine))).toBe(CHECK_VIOLATION);
    await ledger.keepAnswer(payment, ANSWER);
    await ledger.settle(payment);
    const booked = eq(settlements.paymentId, payment.id);
    expect(await refusal(db.update(settlements).set({ amount: 1n }).where(booked))).toBe(CHECK_VIOLATION);
    expect(await refusal(db.delete(settlements).where(booked))).toBe(CHECK_VIOLATION);
  });
});
