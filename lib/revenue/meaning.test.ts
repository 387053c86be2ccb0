import { describe, expect, it } from "vitest";
import { REASONS } from "@/lib/x402/reasons";
import { meaningOf, type PaymentFacts } from "./meaning";

const now = new Date("2026-03-30T10:00:00Z");
const facts: PaymentFacts = {
  money: "settled",
  delivery: "ready",
  attempt: 1,
  reason: null,
  upstreamStatus: 200,
  validBefore: BigInt(now.getTime() / 1000 + 60),
};
const means = (change: Partial<PaymentFacts>) => meaningOf({ ...facts, ...change }, now);

describe("the meaning of a payment", () => {
  it("is said for every pair of states, in whole sentences", () => {
    for (const money of ["held", "submitting", "settled", "final", "void"] as const) {
      for (const delivery of ["pending", "ready", "streaming", "failed"] as const) {
        const { title, sentence } = means({ money, delivery });
        expect(title).not.toBe("");
        expect(sentence).toMatch(/^[A-Z].*\.$/);
      }
    }
  });

  it("tells a merchant who was paid and did not deliver that they owe, why, and what to do", () => {
    const owed = means({ delivery: "failed", reason: "upstream_status", upstreamStatus: 500, attempt: 2 });
    expect(owed).toMatchObject({ tone: "danger", title: "Paid, not delivered" });
    expect(owed.sentence).toContain("Your upstream answered 500.");
    expect(owed.todo).toContain("up to 3 more times");
    expect(means({ delivery: "failed", attempt: 4 }).todo).toContain("once more");
    expect(means({ delivery: "failed", attempt: 5 }).todo).toContain("Refund");
  });

  it("never says that money moved when it did not", () => {
    for (const money of ["held", "void"] as const) {
      const { sentence, title } = means({ money, delivery: "failed", reason: "upstream_timeout" });
      expect(title).toBe("Not charged");
      expect(sentence).not.toContain("payout address");
    }
  });

  it("knows when an authorization can no longer be presented again", () => {
    const failed = { money: "held", delivery: "failed", reason: "upstream_timeout" } as const;
    expect(means(failed).sentence).toContain("present the same payment again");
    expect(means({ ...failed, attempt: 5 }).sentence).toContain("no longer");
    expect(means({ ...failed, validBefore: 1n }).sentence).toContain("no longer");
  });

  it("gives each code its own words and survives one it does not know", () => {
    const refused = means({ money: "void", reason: "insufficient_funds" });
    expect(refused.sentence).toContain(REASONS.insufficient_funds.detail);
    expect(means({ money: "void", reason: "from_the_future" }).sentence).toMatch(/cannot be used again/);
  });
});
