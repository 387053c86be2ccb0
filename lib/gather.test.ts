import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Gathering, gather } from "./gather";

/** Gathers numbers to double; a group ends when told, and every group is kept. */
function open(options: Partial<Gathering<number>> = {}) {
  const groups: { items: readonly number[]; end(error?: Error): void }[] = [];
  const double = gather<number, number>(
    (items) =>
      new Promise((resolve, reject) => {
        const end = (error?: Error) => (error ? reject(error) : resolve(items.map((item) => 2 * item)));
        groups.push({ items, end });
      }),
    { atMost: 3, overtakeMs: 60_000, ...options },
  );
  const begun = async (count: number) => {
    while (groups.length < count) await sleep(1);
    return groups.map(({ items }) => items);
  };
  return { double, groups, begun };
}

describe("works that are wanted at once", () => {
  it("are no single request's, also where one opened them", async () => {
    const request = new AsyncLocalStorage<string>();
    const seen: (string | undefined)[] = [];
    const look = async (items: readonly number[]) => {
      seen.push(request.getStore());
      return items;
    };
    const join = request.run("first", () => gather(look, { atMost: 3, overtakeMs: 60_000 }));
    await request.run("first", () => join(1));
    await request.run("second", () => join(2));
    expect(seen).toEqual([undefined, undefined]);
  });

  it("go together, and while they are under way the next gather, up to as many as a group takes", async () => {
    const { double, groups, begun } = open();
    const first = [double(1), double(2)];
    expect(await begun(1)).toEqual([[1, 2]]);
    const next = [3, 4, 5, 6].map(double);
    groups[0]?.end();
    expect(await Promise.all(first)).toEqual([2, 4]);
    await begun(2);
    groups[1]?.end();
    expect(await begun(3)).toEqual([[1, 2], [3, 4, 5], [6]]);
    groups[2]?.end();
    expect(await Promise.all(next)).toEqual([6, 8, 10, 12]);
  });

  it("of one key go one after the other", async () => {
    const { double, groups, begun } = open({ keyOf: (item) => String(item % 2) });
    const all = [1, 2, 3].map(double);
    expect(await begun(1)).toEqual([[1, 2]]);
    groups[0]?.end();
    expect(await begun(2)).toEqual([[1, 2], [3]]);
    groups[1]?.end();
    expect(await Promise.all(all)).toEqual([2, 4, 6]);
  });

  it("go on a part at a time when they were many, so that others get their turn between", async () => {
    const { double, groups, begun } = open({ atMost: 100 });
    let goneOn = 0;
    const all = Array.from({ length: 100 }, (_, item) => double(item).finally(() => goneOn++));
    await begun(1);
    const seen: number[] = [];
    const other = new Promise<void>((resolve) => {
      const look = () => {
        seen.push(goneOn);
        if (goneOn === all.length) resolve();
        else setImmediate(look);
      };
      setImmediate(look);
    });
    groups[0]?.end();
    expect(await Promise.all(all)).toEqual(all.map((_, item) => 2 * item));
    await other;
    expect(seen.some((count) => count > 0 && count < all.length)).toBe(true);
  });

  it("are not held up by a group that is silent for too long", async () => {
    const { double, groups, begun } = open({ overtakeMs: 1 });
    const silent = double(1);
    await begun(1);
    const next = double(2);
    await begun(2);
    groups[1]?.end();
    expect(await next).toBe(4);
    groups[0]?.end();
    expect(await silent).toBe(2);
  });
});

describe("a group that fails", () => {
  it("fails all of its items", async () => {
    const { double, groups, begun } = open();
    const all = [1, 2].map(double);
    await begun(1);
    groups[0]?.end(new Error("gone"));
    const outcomes = await Promise.allSettled(all);
    expect(outcomes.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  it("fails nobody but the one to blame when nothing of it was done", async () => {
    const { double, groups, begun } = open({ isUndone: () => true });
    const all = [1, 2].map(double);
    await begun(1);
    groups[0]?.end(new Error("refused"));
    expect(await begun(3)).toEqual([[1, 2], [1], [2]]);
    groups[1]?.end(new Error("refused"));
    groups[2]?.end();
    const [bad, good] = await Promise.allSettled(all);
    expect([bad?.status, good]).toEqual(["rejected", { status: "fulfilled", value: 4 }]);
  });
});
