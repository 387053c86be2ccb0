import { eq } from "drizzle-orm";
import { afterAll, describe, expect, inject, it } from "vitest";
import { Outside, openLocal } from "@/lib/chain/fixture";
import { encodeTransfer } from "@/lib/chain/transfer";
import { payments } from "@/lib/db/schema";
import type { NewPayment } from "@/lib/gateway/ports";
import { authorizationOf } from "@/lib/ledger/authorization";
import { openTestLedger } from "@/lib/ledger/fixture";
import { log } from "@/lib/log";
import { expireHolds } from "./expire-holds";
import { sweepLeases } from "./sweep-leases";

const outside = new Outside(inject("local").rpcUrl);
const chain = openLocal(inject("local").rpcUrl);
const { db, ledger, mintPayment, claimWork, rowOf, abandon, close } = openTestLedger();
afterAll(close);

describe("leases", () => {
  it("that ended end their attempts: whose process died, and who failed half way (C2, C3)", async () => {
    const died = await claimWork(await mintPayment());
    const broken = await claimWork(await mintPayment());
    await abandon(died);
    await db.update(payments).set({ leaseOwner: null, leaseUntil: null }).where(eq(payments.id, broken.id));
    await sweepLeases(db);
    const interrupted = { money: "held", delivery: "failed", reason: "interrupted" };
    expect(await rowOf(died)).toMatchObject(interrupted);
    expect(await rowOf(broken)).toMatchObject(interrupted);
  });
});

describe("a hold whose authorization ran out", () => {
  /** Rounds in which the worker must have come to a payment, whatever other tests left for it. */
  async function expire(payment: { id: string }): Promise<void> {
    for (let round = 0; round < 20 && (await rowOf(payment)).money === "held"; round++) {
      await expireHolds(db, chain, log);
    }
  }

  /** A payment whose authorization has run out by all clocks. */
  async function mintExpired(): Promise<NewPayment> {
    const minted = await mintPayment();
    return {
      ...minted,
      validBefore: 1_000n,
      authorization: { ...minted.authorization, validBefore: "1000" },
    };
  }

  it("ends, when the chain proves that nobody used it (C4, D12)", async () => {
    const payment = await claimWork(await mintExpired());
    await ledger.fail(payment, "upstream_timeout");
    await expire(payment);
    expect(await rowOf(payment)).toMatchObject({ money: "void", reason: "authorization_expired" });
  });

  it("ends not by our clock alone: while the chain's is not past it, it may still be used (D12)", async () => {
    const payment = await claimWork(await mintPayment({ validBefore: 1_000n }));
    await ledger.fail(payment, "upstream_timeout");
    await expire(payment);
    expect(await rowOf(payment)).toMatchObject({ money: "held" });
  });

  it("is booked when its money came by somebody else's hand, and its answer owed (A8)", async () => {
    const minted = await mintPayment({ validBefore: 1_000n }, await outside.payer(10_000n));
    const payment = await claimWork(minted);
    await ledger.fail(payment, "upstream_timeout");
    const authorization = authorizationOf(payment);
    await outside.send(authorization.asset, encodeTransfer(authorization));
    await expire(payment);
    expect(await rowOf(payment)).toMatchObject({ money: "settled", delivery: "failed" });
  });
});
