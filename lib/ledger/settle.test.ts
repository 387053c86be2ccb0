import { setTimeout as sleep } from "node:timers/promises";
import { eq, sql } from "drizzle-orm";
import { afterAll, describe, expect, inject, it, onTestFinished } from "vitest";
import { type authorize, Outside, openLocal, serve } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { payments } from "@/lib/db/schema";
import { authorizationOf } from "./authorization";
import { ANSWER, openTestLedger } from "./fixture";

const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);

/** A facilitator that settles what it is asked to, but the first `refusals` times, and counts how often it is asked. */
async function openFacilitator(authorization: Awaited<ReturnType<typeof authorize>>, refusals = 0) {
  let asked = 0;
  const server = await serve(async () => {
    asked += 1;
    if (asked <= refusals) return { body: JSON.stringify({ success: false, errorReason: "busy" }) };
    const { transactionHash } = await outside.send(authorization.asset, encodeTransfer(authorization));
    return { body: JSON.stringify({ success: true, transaction: transactionHash }) };
  });
  onTestFinished(server.close);
  return { url: server.url, asked: () => asked };
}

const test = openTestLedger();
afterAll(() => test.close());

/** A payment that was marked as sent by a facilitator whose process died before it was asked. */
async function neverAsked(facilitator: string) {
  const payment = await test.claimWork(await test.mintPayment());
  await test.ledger.keepAnswer(payment, ANSWER);
  const left = { money: "submitting", facilitator, leaseOwner: null, leaseUntil: null } as const;
  await test.db.update(payments).set(left).where(eq(payments.id, payment.id));
  return { ...payment, money: "submitting" as const };
}

describe("a payment that a facilitator was to settle, and was never asked to", () => {
  it("is settled by it when its payer presents it again, once (D6)", async () => {
    const payment = await neverAsked("to be known");
    const facilitator = await openFacilitator({ ...authorizationOf(payment), digest: "0x" });
    // A worker looks at it at this moment, as they do every few seconds.
    const looked = { facilitator: facilitator.url, leaseUntil: sql`now() + interval '5 seconds'` };
    await test.db.update(payments).set(looked).where(eq(payments.id, payment.id));
    const chain = openLocal(rpcUrl, { facilitator: facilitator.url });
    const again = openTestLedger(new Map([[chain.network.id, chain]]));
    onTestFinished(again.close);
    expect(await again.ledger.settle(payment)).toMatchObject({ outcome: "settled" });
    expect(await again.ledger.settle(payment)).toMatchObject({ outcome: "settled" });
    expect(facilitator.asked()).toBe(1);
  });

  it("has it asked by one of sixteen copies, and once more by one that comes after (D6)", async () => {
    const payment = await neverAsked("to be known");
    const facilitator = await openFacilitator({ ...authorizationOf(payment), digest: "0x" }, 1);
    await test.db.update(payments).set({ facilitator: facilitator.url }).where(eq(payments.id, payment.id));
    const chain = openLocal(rpcUrl, { facilitator: facilitator.url });
    const replicas = [1, 2].map(() => openTestLedger(new Map([[chain.network.id, chain]])));
    onTestFinished(async () => void (await Promise.all(replicas.map((each) => each.close()))));
    const copies = Array.from({ length: 8 }, () =>
      replicas.map((each) => each.ledger.settle(payment)),
    ).flat();
    const isOver = async () => {
      const { leaseOwner, leaseUntil } = await test.rowOf(payment);
      return leaseOwner === null && leaseUntil !== null;
    };
    while (!(await isOver())) await sleep(20);
    // Time for all of them to have looked at the chain, and to ask if they would.
    await sleep(1_500);
    expect(facilitator.asked()).toBe(1);
    copies.push(...replicas.map((each) => each.ledger.settle(payment)));
    for (const copy of await Promise.all(copies)) expect(copy).toMatchObject({ outcome: "settled" });
    expect(facilitator.asked()).toBe(2);
  });

  it("is never handed to another one, that may not know what the first does (D6)", async () => {
    const payment = await neverAsked("https://facilitator.example");
    const other = await openFacilitator({ ...authorizationOf(payment), digest: "0x" });
    const chain = openLocal(rpcUrl, { facilitator: other.url });
    const again = openTestLedger(new Map([[chain.network.id, chain]]));
    onTestFinished(again.close);
    expect(await again.ledger.settle(payment)).toMatchObject({ outcome: "pending" });
    expect(other.asked()).toBe(0);
  });
});
