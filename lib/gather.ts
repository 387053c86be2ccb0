import { AsyncResource } from "node:async_hooks";
import { setImmediate as nextTurn } from "node:timers/promises";

/** How works of one kind are put together. */
export interface Gathering<Item> {
  /** Items in one group at most. */
  atMost: number;
  /** A group under way for longer holds up the next no more: one silent connection must not stop everybody. */
  overtakeMs: number;
  /** Items of one key go in groups of their own, in order. */
  keyOf?(item: Item): string;
  /** Whether a group failed so that nothing of it was done, and each of its items may be tried by itself. */
  isUndone?(error: unknown): boolean;
}

/**
 * How many of a group go on in one turn of the event loop. What each does next takes a part of a millisecond, and who
 * asks for something small meanwhile should not wait for all; fewer at once would no longer meet again in one group.
 */
const GOING_ON_AT_ONCE = 24;

// Bound where no request is: what a group logs is no single request's, whoever came first.
const ofNobody = AsyncResource.bind((work: () => void) => work());

interface Waiting<Item, Result> {
  item: Item;
  resolve(result: Result): void;
  reject(error: unknown): void;
}

/**
 * Lets works that are wanted at once go as one. Whoever comes alone waits for nobody; while a group is under way, the next
 * one gathers. `run` gives the results in the order of its items, and what it throws fails them all, unless each may be
 * tried by itself.
 */
export function gather<Item, Result>(
  run: (items: readonly Item[]) => Promise<readonly Result[]>,
  { atMost, overtakeMs, keyOf, isUndone }: Gathering<Item>,
): (item: Item) => Promise<Result> {
  const waiting = new Set<Waiting<Item, Result>>();
  let underWay: object | null = null;

  function nextGroup(): Waiting<Item, Result>[] {
    const group: Waiting<Item, Result>[] = [];
    const keys = new Set<string>();
    for (const one of waiting) {
      if (group.length === atMost) break;
      const key = keyOf?.(one.item);
      if (key !== undefined && keys.has(key)) continue;
      if (key !== undefined) keys.add(key);
      group.push(one);
      waiting.delete(one);
    }
    return group;
  }

  async function deliver(group: readonly Waiting<Item, Result>[]): Promise<void> {
    try {
      const results = await run(group.map(({ item }) => item));
      for (const [index, { resolve }] of group.entries()) {
        if (index > 0 && index % GOING_ON_AT_ONCE === 0) await nextTurn();
        resolve(results[index] as Result);
      }
    } catch (error) {
      if (group.length > 1 && isUndone?.(error)) await Promise.all(group.map((one) => deliver([one])));
      else for (const { reject } of group) reject(error);
    }
  }

  function begin(): void {
    if (underWay !== null || waiting.size === 0) return;
    const group = nextGroup();
    underWay = group;
    const makeWay = () => {
      if (underWay !== group) return;
      underWay = null;
      begin();
    };
    const overtaken = setTimeout(makeWay, overtakeMs);
    deliver(group).finally(() => {
      clearTimeout(overtaken);
      makeWay();
    });
  }

  return (item) =>
    new Promise((resolve, reject) => {
      waiting.add({ item, resolve, reject });
      // Those that this turn of the event loop brings still come along: a group that ends sets all of its requests going at once.
      if (underWay === null) setImmediate(ofNobody, begin);
    });
}
