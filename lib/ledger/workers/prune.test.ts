import { eq, sql } from "drizzle-orm";
import { afterAll, describe, expect, inject, it } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { answers, payments } from "@/lib/db/schema";
import type { NewPayment } from "@/lib/gateway/ports";
import type { MerchantId } from "@/lib/ids";
import { ANSWER, openTestLedger } from "@/lib/ledger/fixture";
import { prune } from "./prune";

const outside = new Outside(inject("local").rpcUrl);
const { db, ledger, mintPayment, claimWork, rowOf, abandon, close } = openTestLedger();
afterAll(close);

/** A payment that ended without money moving, so many days ago, with an authorization that ran out so many hours ago. */
async function ended(days: number, hours: number, over: Partial<NewPayment> = {}) {
  const validBefore = BigInt(Math.floor(Date.now() / 1000) - hours * 3600);
  const payment = await claimWork(await mintPayment({ validBefore, ...over }));
  const voidedAt = sql`now() - make_interval(days => ${days})`;
  await db
    .update(payments)
    .set({ money: "void", reason: "authorization_expired", voidedAt, leaseOwner: null, leaseUntil: null })
    .where(eq(payments.id, payment.id));
  return payment;
}

describe("pruning", () => {
  it("keeps an answer until a day after it was paid for, however long the payment waits to be charged", async () => {
    const minted = await mintPayment({}, await outside.payer(10_000n));
    const payment = await claimWork(minted);
    await ledger.keepAnswer(payment, ANSWER);
    await abandon(payment);
    await db.update(answers).set({ expiresAt: sql`now()` }).where(eq(answers.paymentId, payment.id));
    await prune(db);
    const late = await ledger.claim(minted);
    if (late.kind !== "charge") throw new Error(`The claim came to ${late.kind}`);
    expect(await ledger.settle(late.payment)).toMatchObject({ outcome: "settled" });
    await prune(db);
    expect(await ledger.claim(minted)).toMatchObject({ kind: "replay", answer: { status: 200 } });
    const dayAgo = sql`now() - interval '24 hours 1 second'`;
    await db.update(payments).set({ settledAt: dayAgo }).where(eq(payments.id, payment.id));
    await prune(db);
    expect(await ledger.claim(minted)).toEqual({ kind: "refused", code: "answer_expired" });
  });

  it("forgets a payment that moved no money only long after nobody could present it any more (A11)", async () => {
    const old = await ended(91, 26);
    const young = await ended(89, 26);
    const stillValid = await ended(91, -1);
    const justRanOut = await ended(91, 23);
    const held = await claimWork(await mintPayment({ validBefore: 1_000n }));
    // More than one statement removes.
    const { merchantId } = old;
    await db.execute(sql`
      insert into payments
      select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
        'identity', '\\x' || encode(sha256((id::text || n)::bytea), 'hex')))).*
      from payments p, generate_series(1, 600) n where id = ${old.id}`);
    await prune(db);
    expect(await db.$count(payments, eq(payments.merchantId, merchantId as MerchantId))).toBe(0);
    expect(await db.$count(payments, eq(payments.id, old.id))).toBe(0);
    for (const kept of [young, stillValid, justRanOut, held]) expect(await rowOf(kept)).toMatchObject({});
  });
});

describe("the database refuses", () => {
  it("to remove a payment whose authorization was valid a day ago, or that moved money (A11)", async () => {
    const stillValid = await ended(91, 23);
    const booked = await claimWork(await mintPayment({}, await outside.payer(10_000n)));
    await ledger.keepAnswer(booked, ANSWER);
    expect(await ledger.settle(booked)).toMatchObject({ outcome: "settled" });
    for (const { id } of [stillValid, booked]) {
      const removal = db.delete(payments).where(eq(payments.id, id));
      await expect(removal).rejects.toMatchObject({ cause: { code: "23514" } });
    }
  });
});
