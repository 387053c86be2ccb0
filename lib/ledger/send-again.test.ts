import { eq } from "drizzle-orm";
import { toHex } from "viem";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { Chain } from "@/lib/chain/chain";
import { lyingRpc, openLocal, serve } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { payments } from "@/lib/db/schema";
import type { ClaimedPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "./authorization";
import { openOwnLedger } from "./own-ledger.fixture";
import { recordSettlements } from "./record";
import { settle } from "./settle";
import { openSubmit } from "./submit-group";
import { fillGaps } from "./workers/fill-gaps";
import { finalise } from "./workers/finalise";
import { settleUnattended } from "./workers/settle";

let own: Awaited<ReturnType<typeof openOwnLedger>>;
beforeAll(async () => {
  own = await openOwnLedger();
});
afterAll(() => own.close());

/** Charges a payment on a chain, as a request does. */
function charge(chain: Chain, payment: ClaimedPayment) {
  const { db, log } = own;
  const record = async (proven: Parameters<typeof recordSettlements>[1][number]) =>
    (await recordSettlements(db, [proven]))[0]?.booked === true;
  return settle({ db, chain, submit: openSubmit(db), record, log }, payment);
}

/** One round of the settler on a chain, that finds a payment unattended. */
async function settleOn(chain: Chain, { id }: ClaimedPayment): Promise<void> {
  await own.db.update(payments).set({ leaseUntil: null, leaseOwner: null }).where(eq(payments.id, id));
  await settleUnattended(own.db, new Map([[chain.network.id, chain]]), own.log);
}

/** A reorg that drops what settled a payment, and what the workers make of that. */
async function drop(chain: Chain, payment: ClaimedPayment): Promise<void> {
  await own.abandon(payment);
  await finalise(own.db, chain, own.log);
  await own.reorg(1);
  await finalise(own.db, chain, own.log);
  expect(await own.rowOf(payment)).toMatchObject({ money: "submitting" });
}

const SETTLED = { money: "settled", delivery: "ready" };

describe("a payment that a stranger's transaction settled, which a reorg dropped", () => {
  async function dropped(): Promise<ClaimedPayment> {
    const payment = await own.answered();
    const authorization = authorizationOf(payment);
    await own.outside.send(authorization.asset, encodeTransfer(authorization));
    expect(await charge(own.chain, payment)).toMatchObject({ outcome: "settled" });
    await drop(own.chain, payment);
    expect(await own.rowOf(payment)).toMatchObject({ chainTxId: null });
    return payment;
  }

  it("is left to that for a moment, and then sent by ourselves, once (D13)", async () => {
    const payment = await dropped();
    await settleOn(own.chain, payment);
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting", chainTxId: null });
    await own.rest(payment);
    for (let round = 0; round < 3; round++) await settleOn(own.chain, payment);
    expect(await own.rowOf(payment)).toMatchObject(SETTLED);
    expect(await own.settlementsOf(payment)).toHaveLength(2);
  });

  it("is sent when its payer presents it again (D13)", async () => {
    const payment = await dropped();
    await own.rest(payment);
    const again = { ...payment, money: "submitting" as const, lease: "" };
    for (const copy of await Promise.all([1, 2, 3].map(() => charge(own.chain, again)))) {
      expect(copy).toMatchObject({ outcome: "settled" });
    }
  });

  it("is not sent because one RPC says so, that lies (D3, D13)", async () => {
    const payment = await own.answered();
    const authorization = authorizationOf(payment);
    await own.outside.send(authorization.asset, encodeTransfer(authorization));
    const left = { money: "submitting", leaseOwner: null, leaseUntil: null } as const;
    await own.db.update(payments).set(left).where(eq(payments.id, payment.id));
    await own.rest(payment);
    const before = toHex((await own.outside.client.getBlockNumber({ cacheTime: 0 })) - 1n);
    // It shows no logs, and the state of a block before.
    const liar = await serve(async (body) => {
      const call = JSON.parse(body) as { id: number; method: string; params: unknown[] };
      if (call.method === "eth_getLogs") return { body: JSON.stringify({ ...call, result: [] }) };
      if (["eth_call", "eth_estimateGas"].includes(call.method)) call.params[1] = before;
      const response = await fetch(own.rpcUrl, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(call),
      });
      return { body: await response.text() };
    });
    onTestFinished(liar.close);
    const chain = openLocal([liar.url, own.rpcUrl], { relayerKey: own.relayerKey }, own.log);
    expect((await chain.payerState(authorization)).nonceUsed).toBe(false);
    for (let round = 0; round < 3; round++) await settleOn(chain, payment);
    expect(await own.rowOf(payment)).toMatchObject({ chainTxId: null });
  });

  it("moves nothing for an answer that was never given (D13)", async () => {
    const payment = await own.claimWork(await own.mintPayment({}, await own.outside.payer(10_000n)));
    const left = { money: "submitting", delivery: "failed", leaseOwner: null, leaseUntil: null } as const;
    await own.db.update(payments).set(left).where(eq(payments.id, payment.id));
    await own.rest(payment);
    await settleOn(own.chain, payment);
    expect(await own.chain.isUnused(authorizationOf(payment))).toBe(true);
  });
});

describe("a payment whose transaction waits", () => {
  it("is not signed anew because one RPC says that its account nonce is used up (D3, D10)", async () => {
    const payment = await own.answered();
    await own.sent(payment);
    await own.rest(payment);
    const { chainTxId } = await own.rowOf(payment);
    const liar = await lyingRpc(own.rpcUrl, ({ method }, result) =>
      method === "eth_getTransactionCount" ? toHex(Number(result) + 50) : result,
    );
    onTestFinished(liar.close);
    for (const rpcs of [
      [liar.url, own.rpcUrl],
      [own.rpcUrl, liar.url],
    ]) {
      const chain = openLocal(rpcs, { relayerKey: own.relayerKey }, own.log);
      for (let round = 0; round < 2; round++) await settleOn(chain, payment);
    }
    expect(await own.rowOf(payment)).toMatchObject({ money: "submitting", chainTxId });
    await fillGaps(own.db, own.chain, own.log);
    await settleOn(own.chain, payment);
    expect(await own.rowOf(payment)).toMatchObject(SETTLED);
  });
});

describe("a payment that a facilitator settled by what a reorg dropped", () => {
  /** A facilitator that settles what it is asked to, each time anew but for some after the first, and counts how often it is asked. */
  async function openFacilitator(authorization: ReturnType<typeof authorizationOf>, refusals: number) {
    let asked = 0;
    const server = await serve(async () => {
      asked += 1;
      if (asked > 1 && asked <= 1 + refusals) {
        return { body: JSON.stringify({ success: false, errorReason: "busy" }) };
      }
      const { transactionHash } = await own.outside.send(authorization.asset, encodeTransfer(authorization));
      return { body: JSON.stringify({ success: true, transaction: transactionHash }) };
    });
    onTestFinished(server.close);
    return { chain: openLocal(own.rpcUrl, { facilitator: server.url }), asked: () => asked };
  }

  async function dropped(refusals = 0) {
    const payment = await own.answered();
    const { chain, asked } = await openFacilitator(authorizationOf(payment), refusals);
    expect(await charge(chain, payment)).toMatchObject({ outcome: "settled" });
    await drop(chain, payment);
    return { payment, chain, asked };
  }

  it("has it asked again by a worker, once (D6, D13)", async () => {
    const { payment, chain, asked } = await dropped();
    await settleOn(chain, payment);
    expect(asked()).toBe(1);
    await own.rest(payment);
    for (let round = 0; round < 3; round++) await settleOn(chain, payment);
    expect(await own.rowOf(payment)).toMatchObject(SETTLED);
    expect(asked()).toBe(2);
  });

  it("has it asked once more when it refuses at first (D6, D13)", async () => {
    const { payment, chain, asked } = await dropped(2);
    await own.rest(payment);
    for (let round = 0; round < 5; round++) await settleOn(chain, payment);
    expect(await own.rowOf(payment)).toMatchObject(SETTLED);
    expect(asked()).toBe(4);
  });

  it("has it asked again when its payer presents it again (D6, D13)", async () => {
    const { payment, chain, asked } = await dropped();
    await own.rest(payment);
    expect(await charge(chain, { ...payment, money: "submitting", lease: "" })).toMatchObject({
      outcome: "settled",
    });
    expect(asked()).toBe(2);
  });
});
