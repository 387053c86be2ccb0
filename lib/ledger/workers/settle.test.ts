import { eq } from "drizzle-orm";
import { generatePrivateKey, type PrivateKeyAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
import type { Chain } from "@/lib/chain/chain";
import { Outside, openLocal } from "@/lib/chain/fixture";
import { openChains } from "@/lib/chain/open";
import { encodeTransfer } from "@/lib/chain/transfer";
import { payments } from "@/lib/db/schema";
import type { ClaimedPayment, NewPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "@/lib/ledger/authorization";
import { ANSWER, losingBroadcasts, openTestLedger, relayerOf } from "@/lib/ledger/fixture";
import { submit } from "@/lib/ledger/submit";
import { log } from "@/lib/log";
import { fillGaps } from "./fill-gaps";
import { settleUnattended } from "./settle";

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
  it("finish a payment whose process died after it signed and before it broadcast (C5)", async () => {
    const payment = await answered();
    await lose(payment);
    expect(await finish(payment)).toMatchObject({ money: "settled", delivery: "ready" });
  });

  it("use up the account nonce of a lost transaction whose payment ended without it: all later ones wait for it (D10)", async () => {
    const payer = await outside.payer(10_000n);
    const cancelled = await answered({}, payer);
    await lose(cancelled);
    await outside.cancel(payer, authorizationOf(cancelled));
    expect(await finish(cancelled)).toMatchObject({ money: "void", reason: "payment_cancelled" });
    const next = await answered();
    expect(await ledger.settle(next)).toMatchObject({ outcome: "settled" });
  });

  it("void what the chain reverted, and never before it did (D11)", async () => {
    const payer = await outside.payer(10_000n);
    const payment = await answered({}, payer);
    await lose(payment);
    await outside.spend(payer, 10_000n);
    await settleUnattended(db, new Map([[chain.network.id, chain]]), log);
    expect(await rowOf(payment)).toMatchObject({ money: "submitting" });
    await db.update(payments).set({ leaseUntil: null }).where(eq(payments.id, payment.id));
    expect(await finish(payment)).toMatchObject({ money: "void", reason: "insufficient_funds" });
  });

  it("settle what reverted because a stranger's transaction was first (A8, D11)", async () => {
    const payment = await answered();
    await lose(payment);
    const authorization = authorizationOf(payment);
    const { transactionHash: txHash } = await outside.send(
      authorization.asset,
      encodeTransfer(authorization),
    );
    expect(await finish(payment)).toMatchObject({ money: "settled" });
    expect(await ledger.settle({ ...payment, money: "settled" })).toEqual({ outcome: "settled", txHash });
  });

  it("show as owed a stream whose process died before it was paid for, and so before it began (C7, B14)", async () => {
    const payment = await claimWork(await mintPayment({}, await outside.payer(10_000n)));
    await ledger.beginStream(payment, 200);
    await lose(payment);
    expect(await finish(payment)).toMatchObject({ money: "settled", delivery: "failed" });
  });

  it("keep nobody from hearing where a payment stands that they look at (A1, B11)", async () => {
    const minted = await mintPayment({}, await outside.payer(10_000n));
    const payment = await claimWork(minted);
    await ledger.keepAnswer(payment, ANSWER);
    await lose(payment);
    await settleUnattended(db, new Map([[chain.network.id, chain]]), log);
    const { leaseOwner, leaseUntil } = await rowOf(payment);
    expect([leaseOwner, leaseUntil]).toEqual([null, expect.any(Date)]);
    expect(await ledger.claim(minted)).toMatchObject({ kind: "submitted", payment: { id: payment.id } });
    expect(await finish(payment)).toMatchObject({ money: "settled" });
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
});
