import { eq, sql } from "drizzle-orm";
import { generatePrivateKey, type PrivateKeyAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Chain } from "@/lib/chain/chain";
import { Outside, openLocal } from "@/lib/chain/fixture";
import { openChains } from "@/lib/chain/open";
import { answers, payments } from "@/lib/db/schema";
import type { ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { log } from "@/lib/log";
import { authorizationOf } from "./authorization";
import { ANSWER, losingBroadcasts, openTestLedger, relayerOf } from "./fixture";
import { submit } from "./submit";
import { fillGaps } from "./workers/fill-gaps";
import { prune } from "./workers/prune";
import { settleUnattended } from "./workers/settle";
import { sweepLeases } from "./workers/sweep-leases";

const { rpcUrl } = inject("local");
const outside = new Outside(rpcUrl);
// A relayer of its own: what is left unsent here must hold up no other test.
const chain = openLocal(rpcUrl);
const { db, ledger, mintPayment, claimWork, rowOf, abandon, close } = openTestLedger(
  new Map([[chain.network.id, chain]]),
);
beforeAll(() => outside.giveGas(relayerOf(chain).address));
afterAll(close);

/** A payment whose answer is kept, by a payer of its own. */
async function answered(over: Partial<NewPayment> = {}, payer?: PrivateKeyAccount): Promise<ClaimedPayment> {
  const payment = await claimWork(await mintPayment(over, payer ?? (await outside.payer(10_000n))));
  await ledger.keepAnswer(payment, ANSWER);
  return payment;
}

/** Signs and stores a payment's transaction, which never reaches the network, and lets its process die. */
async function lose(payment: ClaimedPayment): Promise<void> {
  await submit(db, losingBroadcasts(chain), payment, authorizationOf(payment));
  await abandon(payment);
}

/** Lets the workers look until a payment is no longer submitting. */
async function finish(payment: ClaimedPayment, chains: Chain[] = [chain]) {
  for (let round = 0; round < 10 && (await rowOf(payment)).money === "submitting"; round++) {
    await Promise.all(chains.map((each) => fillGaps(db, each, log).catch(() => {})));
    await settleUnattended(db, new Map(chains.map((each) => [each.network.id, each])), log);
    await db.update(payments).set({ leaseUntil: null }).where(eq(payments.id, payment.id));
  }
  return rowOf(payment);
}

describe("the workers", () => {
  it("finish a payment whose process died after it signed and before it broadcast", async () => {
    const payment = await answered();
    await lose(payment);
    expect(await finish(payment)).toMatchObject({ money: "settled", delivery: "ready" });
  });

  it("send a lost transaction also when its payment ended without it: all later ones wait for its nonce (D10)", async () => {
    const payer = await outside.payer(10_000n);
    const cancelled = await answered({}, payer);
    await lose(cancelled);
    await outside.cancel(payer, authorizationOf(cancelled));
    expect(await finish(cancelled)).toMatchObject({ money: "void", reason: "payment_cancelled" });
    const next = await answered();
    expect(await ledger.settle(next)).toMatchObject({ outcome: "settled" });
  });

  it("finish the payments of one network while another is silent", async () => {
    const relayerKey = generatePrivateKey();
    const silent = openChains(
      {
        FAREBOX_NETWORKS: [
          { network: "eip155:8453", rpc: ["http://127.0.0.1:1", "http://127.0.0.1:2"], relayerKey },
        ],
      },
      log,
    ).get("eip155:8453");
    if (!silent) throw new Error("The silent network did not open");
    const stuck = await answered({ network: silent.network.id });
    await lose(stuck);
    const payment = await answered();
    await lose(payment);
    expect(await finish(payment, [silent, chain])).toMatchObject({ money: "settled" });
    expect(await rowOf(stuck)).toMatchObject({ money: "submitting" });
  });

  it("end attempts whose process died or failed half way, and holds whose authorization ran out", async () => {
    const died = await claimWork(await mintPayment());
    const broken = await claimWork(await mintPayment());
    const expired = await claimWork(await mintPayment({ validBefore: 1_000n }));
    await abandon(died);
    await db.update(payments).set({ leaseOwner: null, leaseUntil: null }).where(eq(payments.id, broken.id));
    await ledger.fail(expired, "upstream_timeout");
    await sweepLeases(db);
    const interrupted = { money: "held", delivery: "failed", reason: "interrupted" };
    expect(await rowOf(died)).toMatchObject(interrupted);
    expect(await rowOf(broken)).toMatchObject(interrupted);
    expect(await rowOf(expired)).toMatchObject({ money: "void", reason: "authorization_expired" });
  });

  it("keep an answer until a day after it was paid for, however long the payment waits to be charged", async () => {
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
});
