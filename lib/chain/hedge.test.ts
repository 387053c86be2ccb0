import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { gathered, hedged } from "./hedge";

const never = () => new Promise<never>(() => {});
const failing = (words: string) => () => Promise.reject(new Error(words));

/** Attempts that note when they begin. */
function noted<T>(...attempts: (() => Promise<T>)[]) {
  const begun: number[] = [];
  return {
    begun,
    attempts: attempts.map((attempt, index) => () => {
      begun.push(index);
      return attempt();
    }),
  };
}

describe("hedged", () => {
  it("makes one attempt when it succeeds", async () => {
    const { begun, attempts } = noted(
      async () => "first",
      async () => "second",
    );
    expect(await hedged(attempts, { hedgeMs: 10, deadlineMs: 1_000 })).toBe("first");
    await sleep(30);
    expect(begun).toEqual([0]);
  });

  it("makes the next at once when one fails, and not when it is silent for the time of a hedge alone", async () => {
    const { begun, attempts } = noted(failing("one"), failing("two"), async () => "third");
    expect(await hedged(attempts, { hedgeMs: 60_000, deadlineMs: 120_000 })).toBe("third");
    expect(begun).toEqual([0, 1, 2]);
  });

  it("makes the next beside one that is silent, and takes what comes first (D2)", async () => {
    const { begun, attempts } = noted(never, never, async () => "third");
    expect(await hedged(attempts, { hedgeMs: 5, deadlineMs: 60_000 })).toBe("third");
    expect(begun).toEqual([0, 1, 2]);
  });

  it("takes the answer of the one that was slow when the hedge fails", async () => {
    const slow = () => sleep(50, "slow");
    const answer = hedged<string>([slow, failing("hedge")], { hedgeMs: 5, deadlineMs: 60_000 });
    expect(await answer).toBe("slow");
  });

  it("fails with the last failure when all failed", async () => {
    const all = [failing("one"), failing("two")];
    await expect(hedged(all, { hedgeMs: 5, deadlineMs: 60_000 })).rejects.toThrow("two");
  });

  it("ends at its deadline, however many are silent (D2)", async () => {
    await expect(hedged([never, never], { hedgeMs: 5, deadlineMs: 50 })).rejects.toThrow("No answer within");
  });
});

describe("gathered", () => {
  const patience = { hedgeMs: 100, deadlineMs: 1_000 };

  it("waits for all that end, and makes do with those that succeed", async () => {
    const late = async () => {
      await sleep(20);
      return "late";
    };
    expect(await gathered([late, failing("one"), async () => "early"], patience)).toEqual(["early", "late"]);
  });

  it("leaves out those that are silent for too long", async () => {
    expect(await gathered([never, async () => "answer"], patience)).toEqual(["answer"]);
  });

  it("waits for the first answer when all are silent for too long", async () => {
    const slow = async () => {
      await sleep(200);
      return "slow";
    };
    expect(await gathered([never, slow], patience)).toEqual(["slow"]);
  });

  it("rejects when all failed, when none answers by the deadline, and when there are none", async () => {
    const short = { hedgeMs: 10, deadlineMs: 20 };
    for (const attempts of [[failing("one"), failing("two")], [never, failing("one")], []]) {
      await expect(gathered(attempts, short)).rejects.toThrow("No answer");
    }
  });
});
