import { setTimeout as sleep } from "node:timers/promises";
import type { RpcHealth } from "./chain";
import type { RpcNode } from "./rpc-node";

/**
 * A head this much older than the best one is behind, unless it lacks only a block; on a chain that takes long for one it
 * may be older, by the time of so many.
 */
const BEHIND_MS = 15_000;
const BEHIND_BLOCKS = 2n;
const BEHIND_BLOCK_TIMES = 4;
/** How far ahead of our clock a head is believed. */
const AHEAD_MS = 30_000;
/** How old a look at all heads may be: to begin the next one, to wait for it, and to knock again where none answers. */
const LOOK_AFTER_MS = 5_000;
const TRUST_MS = 30_000;
const KNOCK_AFTER_MS = 1_000;
/** How long a question waits for such a look. */
const WAIT_MS = 1_000;

type Head = NonNullable<RpcHealth["head"]>;

/** Keeps an eye on all RPCs of a network. */
export interface RpcWatch {
  /** The RPCs that may be asked now, in order of preference; none when no RPC can be trusted. */
  usable(): Promise<RpcNode[]>;
  /** Looks at all heads now, unless that was done a moment ago. */
  look(): Promise<void>;
}

/**
 * Watches RPCs by their heads, read at the same time: one that is far behind the others decides nothing, and one that
 * was down is asked again once it answers. Nothing runs on a timer: looks are taken while there is something to ask.
 */
export function watchRpcs(nodes: readonly RpcNode[]): RpcWatch {
  let looking: Promise<void> | undefined;
  let lookedAt = Number.NEGATIVE_INFINITY;

  async function lookAtAll(): Promise<void> {
    const heads = await Promise.all(nodes.map((node) => node.readHead()));
    const reference = referenceOf(heads.filter((head) => head !== null));
    for (const [index, node] of nodes.entries()) {
      const head = heads[index];
      const lateMs = Math.max(BEHIND_MS, BEHIND_BLOCK_TIMES * (node.client.chain.blockTime ?? 0));
      if (head) node.noteBehind(reference !== undefined && isBehind(head, reference, lateMs));
    }
    lookedAt = performance.now();
    looking = undefined;
  }
  /** Begins a look when the last one is older than `ageMs`. */
  async function refresh(ageMs: number): Promise<void> {
    if (performance.now() - lookedAt < ageMs) return;
    looking ??= lookAtAll();
    await looking;
  }

  return {
    async usable() {
      const usable = () => nodes.filter((node) => node.isUsable);
      const trusted = performance.now() - lookedAt < TRUST_MS;
      if (usable().length === 0) {
        await refresh(KNOCK_AFTER_MS);
      } else if (nodes.length > 1) {
        const look = refresh(LOOK_AFTER_MS);
        if (!trusted) await Promise.race([look, sleep(WAIT_MS, undefined, { ref: false })]);
      }
      return usable();
    },
    look: () => refresh(KNOCK_AFTER_MS),
  };
}

/**
 * The head that others must keep up with. A lie about the future would leave the liar alone to decide, so nothing ahead
 * of our clock counts, and among three or more it takes two to outrun the rest.
 */
function referenceOf(heads: readonly Head[]): Head | undefined {
  const credible = heads.filter(({ time }) => time.getTime() < Date.now() + AHEAD_MS);
  const latestFirst = credible.sort((a, b) => b.time.getTime() - a.time.getTime());
  return latestFirst[heads.length > 2 ? 1 : 0];
}

/**
 * Compared with our clock where the reference is ahead of it: else a liar that boasts of a head half a minute ahead would
 * make every honest one be behind. The head of a chain is never later than now.
 */
function isBehind(head: Head, reference: Head, lateMs: number): boolean {
  const latest = Math.min(reference.time.getTime(), Date.now());
  return latest - head.time.getTime() > lateMs && reference.number - head.number >= BEHIND_BLOCKS;
}
