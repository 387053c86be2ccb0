import { eq, sql } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { merchants, payments } from "@/lib/db/schema";
import type { NewPayment } from "@/lib/gateway/ports";
import type { MerchantId } from "@/lib/ids";
import { ANSWER } from "./fixture";
import { openOwnLedger } from "./own-ledger.fixture";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** Payments of one cent by one payer, whose wallet held this much a moment ago. */
async function mintMany(count: number, units: bigint, readAt = new Date(0)): Promise<NewPayment[]> {
  const payer = privateKeyToAccount(generatePrivateKey());
  const funds = { units, readAt };
  return Promise.all(Array.from({ length: count }, () => own.mintPayment({ funds }, payer)));
}

/** Ends a payment as a transfer that failed on chain after its answer was given. */
async function revert(payment: NewPayment): Promise<void> {
  const claimed = await own.claimWork(payment);
  await own.ledger.keepAnswer(claimed, ANSWER);
  await own.db
    .update(payments)
    .set({ money: "void", reason: "settlement_reverted", voidedAt: sql`now()`, leaseUntil: null })
    .where(eq(payments.id, claimed.id));
}

describe("a payer's funds", () => {
  it("are spoken for by one of many payments that race for them, before any upstream is asked (A10)", async () => {
    const many = await mintMany(12, 10_000n);
    const claims = await Promise.all(many.map((payment) => own.ledger.claim(payment)));
    const kinds = claims.map(({ kind }) => kind);
    expect(kinds.filter((kind) => kind === "work")).toHaveLength(1);
    expect(kinds.filter((kind) => kind === "overdrawn")).toHaveLength(11);
  });

  it("pay for as many as they cover, and a payment never stands in its own way (A10)", async () => {
    const many = await mintMany(5, 30_000n);
    for (const payment of many.slice(0, 3)) {
      await own.ledger.fail(await own.claimWork(payment), "upstream_timeout");
    }
    for (const payment of many.slice(0, 3)) await own.claimWork(payment);
    expect(await own.ledger.claim(many[3] as NewPayment)).toEqual({ kind: "overdrawn" });
  });

  it("are spoken for once by a payment that is worked on, also when a copy of it comes with another (A1, A10)", async () => {
    const [first, second] = (await mintMany(2, 20_000n)) as [NewPayment, NewPayment];
    await own.claimWork(first);
    const claims = await Promise.all([own.ledger.claim(first), own.ledger.claim(second)]);
    expect(claims.map(({ kind }) => kind)).toEqual(["busy", "work"]);
  });

  it("are free again when an attempt failed, or its process died (A10)", async () => {
    const [failed, died, next] = (await mintMany(3, 10_000n)) as [NewPayment, NewPayment, NewPayment];
    await own.ledger.fail(await own.claimWork(failed), "upstream_timeout");
    await own.abandon(await own.claimWork(died));
    expect(await own.ledger.claim(next)).toMatchObject({ kind: "work" });
  });

  it("are free again when an authorization ran out, whoever still looks at it (A10)", async () => {
    const [ranOut, next] = (await mintMany(2, 10_000n)) as [NewPayment, NewPayment];
    await own.claimWork({ ...ranOut, validBefore: 1_000n });
    expect(await own.ledger.claim(next)).toMatchObject({ kind: "work" });
  });

  it("are spoken for by what settled since the balance was read, which does not know of it (A10)", async () => {
    const payer = await own.outside.payer(20_000n);
    const before = new Date(0);
    const first = await own.answered({}, payer);
    expect(await own.ledger.settle(first)).toMatchObject({ outcome: "settled" });
    const stale = { units: 20_000n, readAt: before };
    const second = await own.mintPayment({ funds: stale }, payer);
    expect(await own.ledger.claim(second)).toMatchObject({ kind: "work" });
    const third = await own.mintPayment({ funds: stale }, payer);
    expect(await own.ledger.claim(third)).toEqual({ kind: "overdrawn" });
    const fresh = { units: 20_000n, readAt: new Date(Date.now() + 60_000) };
    expect(await own.ledger.claim({ ...third, funds: fresh })).toMatchObject({ kind: "work" });
  });

  it("of one wallet are no other wallet's concern (A10)", async () => {
    const [one] = await mintMany(1, 10_000n);
    const [other] = await mintMany(1, 10_000n);
    for (const payment of [one, other]) {
      expect(await own.ledger.claim(payment as NewPayment)).toMatchObject({ kind: "work" });
    }
  });
});

describe("a suspended merchant", () => {
  it("sells nothing new, while what was sent settles and what was paid is handed out (F6)", async () => {
    const minted = await own.mintPayment({}, await own.outside.payer(10_000n));
    const paid = await own.claimWork(minted);
    await own.ledger.keepAnswer(paid, ANSWER);
    await own.sent(paid, own.chain);
    const { merchantId } = minted;
    const mine = eq(merchants.id, merchantId as MerchantId);
    await own.db.update(merchants).set({ suspendedAt: sql`now()` }).where(mine);
    const later = { ...(await own.mintPayment()), merchantId };
    expect(await own.ledger.claim(later)).toEqual({ kind: "refused", code: "merchant_suspended" });
    await own.settleRound();
    expect(await own.rowOf(paid)).toMatchObject({ money: "settled" });
    await own.abandon(paid);
    expect(await own.ledger.claim(minted)).toMatchObject({ kind: "replay" });
    await own.db.update(merchants).set({ suspendedAt: null }).where(mine);
    expect(await own.ledger.claim(later)).toMatchObject({ kind: "work" });
  });
});

describe("a payer whose payments failed on chain", () => {
  it("pays before the call from the third on, and is blocked from the tenth, for an hour (J3)", async () => {
    const many = await mintMany(12, 10n ** 12n);
    for (const payment of many.slice(0, 3)) await revert(payment);
    expect(await own.ledger.claim(many[10] as NewPayment)).toMatchObject({ payment: { charge: "before" } });
    for (const payment of many.slice(3, 10)) await revert(payment);
    const last = many[11] as NewPayment;
    expect(await own.ledger.claim(last)).toEqual({ kind: "refused", code: "payer_blocked" });
    await own.db
      .update(payments)
      .set({ voidedAt: sql`now() - interval '61 minutes'` })
      .where(eq(payments.payer, last.payer));
    expect(await own.ledger.claim(last)).toMatchObject({ kind: "work", payment: { charge: "after" } });
  });

  it("is still served what it paid for (J3)", async () => {
    const payer = await own.outside.payer(10_000n);
    const minted = await own.mintPayment({}, payer);
    const paid = await own.claimWork(minted);
    await own.ledger.keepAnswer(paid, ANSWER);
    await own.ledger.settle(paid);
    for (let count = 0; count < 10; count++) await revert(await own.mintPayment({}, payer));
    expect(await own.ledger.claim(minted)).toMatchObject({ kind: "replay" });
  });
});

describe("a network", () => {
  const inFlight = eq(payments.money, "submitting");

  /** Sends a payment this long ago and never proves it. */
  async function waiting(seconds: number): Promise<void> {
    const payment = await own.answered();
    await own.sent(payment);
    const submittedAt = sql`now() - make_interval(secs => ${seconds})`;
    await own.db.update(payments).set({ submittedAt }).where(eq(payments.id, payment.id));
  }
  const end = () =>
    own.db.update(payments).set({ money: "void", reason: "authorization_expired" }).where(inFlight);

  // Not the bare number of those on their way: what was sent a moment ago is no backlog, however much it is.
  it("takes nothing new while more than 200 payments have waited for ten seconds (D9)", async () => {
    const minted = await own.mintPayment();
    await own.ledger.fail(await own.claimWork(minted), "caller_gone");
    await waiting(11);
    await own.db.execute(sql`
      insert into payments
      select (jsonb_populate_record(p, jsonb_build_object('id', gen_random_uuid(),
        'identity', '\\x' || encode(sha256(n::text::bytea), 'hex')))).*
      from payments p, generate_series(1, 200) n where money = 'submitting'`);
    expect(await own.ledger.claim(minted)).toEqual({ kind: "refused", code: "chain_unavailable" });
    const lost = { submittedAt: sql`now() - interval '6 minutes'`, chainTxId: null, facilitator: "lost" };
    await own.db.update(payments).set(lost).where(inFlight);
    const other = await own.mintPayment();
    expect(await own.ledger.claim(other)).toMatchObject({ kind: "work" });
    await own.db.update(payments).set({ submittedAt: sql`now()` }).where(inFlight);
    expect(await own.ledger.claim(minted)).toMatchObject({ kind: "work" });
    await end();
  });

  // Nor any old payment: one that a facilitator lost, or that only waits for the proof of its end, holds up no other.
  it("takes nothing new while one of our transactions has waited for a minute, and its payment may still settle (D9)", async () => {
    await waiting(61);
    const minted = await own.mintPayment();
    expect(await own.ledger.claim(minted)).toEqual({ kind: "refused", code: "chain_unavailable" });
    await end();
    expect(await own.ledger.claim(minted)).toMatchObject({ kind: "work" });
  });
});
