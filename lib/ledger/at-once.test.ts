import { afterAll, describe, expect, it } from "vitest";
import type { NewPayment } from "@/lib/gateway/ports";
import { newId } from "@/lib/ids";
import { ANSWER, openTestLedger, randomHex } from "./fixture";

const shared = openTestLedger();
afterAll(shared.close);

async function mintMany(count: number, over: Partial<NewPayment> = {}): Promise<NewPayment[]> {
  const many: NewPayment[] = [];
  while (many.length < count) many.push(await shared.mintPayment(over));
  return many;
}

describe("of claims that are made at once", () => {
  it("one that the database refuses fails alone", async () => {
    const many = await mintMany(6);
    const unsound = many.map((payment, n) => (n === 2 ? { ...payment, endpointId: newId() } : payment));
    const claims = await Promise.allSettled(unsound.map((payment) => shared.ledger.claim(payment)));
    expect(claims.map((claim) => (claim.status === "fulfilled" ? claim.value.kind : "failed"))).toEqual([
      ...["work", "work"],
      "failed",
      ...["work", "work", "work"],
    ]);
  });

  it("one takes an identifier, whoever else names another payment like it is refused, and nobody else (A12)", async () => {
    const [first, second, other] = (await mintMany(3)) as [NewPayment, NewPayment, NewPayment];
    const identifier = Buffer.from(randomHex(32).slice(2), "hex");
    const { merchantId, endpointId } = first;
    const claims = await Promise.all(
      [{ ...first, identifier }, { ...second, merchantId, endpointId, identifier }, other].map((payment) =>
        shared.ledger.claim(payment),
      ),
    );
    const [one, same, unnamed] = claims;
    expect([one, same]).toContainEqual(expect.objectContaining({ kind: "work" }));
    expect([one, same]).toContainEqual({ kind: "refused", code: "idempotency_mismatch" });
    expect(unnamed).toMatchObject({ kind: "work" });
  });
});

describe("of answers that are kept at once", () => {
  it("each is kept for its own payment, and none for a lease that was lost", async () => {
    const many = await mintMany(5);
    const claimed = await Promise.all(many.map(shared.claimWork));
    const [lost] = claimed;
    if (lost) await shared.abandon(lost);
    const kept = await Promise.all(
      claimed.map((payment, n) => shared.ledger.keepAnswer(payment, { ...ANSWER, status: 200 + n })),
    );
    expect(kept).toEqual([false, true, true, true, true]);
    const rows = await Promise.all(claimed.map(shared.rowOf));
    expect(rows.map(({ upstreamStatus }) => upstreamStatus)).toEqual([null, 201, 202, 203, 204]);
  });

  it("a long one goes by itself, and is given again whole", async () => {
    const payment = await shared.mintPayment();
    const claimed = await shared.claimWork(payment);
    const body = Buffer.alloc(900_000, "a");
    expect(await shared.ledger.keepAnswer(claimed, { ...ANSWER, body })).toBe(true);
    expect(await shared.ledger.settle(claimed)).toMatchObject({ outcome: "settled" });
    const again = await shared.ledger.claim(payment);
    expect(again.kind === "replay" && body.equals(again.answer.body)).toBe(true);
  });
});
