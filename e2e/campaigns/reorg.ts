import { setTimeout as sleep } from "node:timers/promises";
import { isNotNull, sql } from "drizzle-orm";
import { numberToHex } from "viem";
import { settlements } from "@/lib/db/schema";
import { type AnvilClient, anvilClient } from "@/lib/localnet/anvil";
import type { Context, Figures } from "./campaign";
import { type Load, startLoad } from "./load";
import type { RpcBehaviour } from "./proxies";
import type { Stack } from "./stack";
import { holdTogether, unhurried } from "./together";

/** Reorgs. */
export const sizes = { full: 100, test: 3 };

/** What this campaign holds besides the oracles of all. */
export const TAKEN_BACK = "D13: a settlement whose block is gone is taken back";
/** Without which nothing would have been tried. */
export const HIT = "reorgs hit settlements";
/** What must come of every payment, whatever its blocks go through. */
export const SERVED_OR_REFUSED = "every payer is served, or told that nothing moved";

const REPLICAS = 2;
const PAYERS = 8;
const DEEPEST = 10;
/** Blocks after which one is final here: no reorg of this campaign reaches as deep. */
const FINAL_AFTER = 16n;
/** What must have been served between two reorgs, so that they find settlements of every age. */
const SERVED_BETWEEN = 4;
const LONGEST_PAUSE_MS = 1_500;
const TAKEN_BACK_WITHIN_MS = 60_000;
const SETTLED_AGAIN_WITHIN_MS = 60_000;

/** Replaces the newest blocks by empty ones again and again, while payments settle in them. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: REPLICAS });
  const chain = anvilClient(stack.chain.rpcUrl);
  let road = Promise.resolve();
  const behaviour = finalLate(chain);
  for (const rpc of stack.proxies.rpcs) {
    rpc.behave(
      unhurried(async (call, forward) => {
        if (call.method === "eth_sendRawTransaction") await road;
        return behaviour(call, forward);
      }),
    );
  }
  // What the payers own must not be taken back.
  await chain.mine({ blocks: Number(FINAL_AFTER) });
  const load = startLoad(stack, random.fork("load"), PAYERS);
  let dropped = 0;
  for (let reorg = 0; reorg < size; reorg++) {
    await untilServed(load, SERVED_BETWEEN);
    await sleep(random.below(LONGEST_PAUSE_MS));
    const depth = 1 + random.below(DEEPEST);
    const replaced = replaceBlocks(chain, depth);
    const open = () => {};
    road = replaced.then(open, open);
    const gone = await replaced;
    dropped += gone.length;
    const standing = await standingIn(stack, gone);
    hold(
      TAKEN_BACK,
      1,
      standing.length > 0 ? [`reorg ${reorg} of ${depth} blocks: ${standing} still stand`] : [],
    );
    progress(reorg + 1, size, `${load.served()} served`);
  }
  const { unserved, ...report } = await load.stop();
  hold(
    SERVED_OR_REFUSED,
    report.payments,
    unserved.filter((line) => !/ 402 /.test(line)),
  );
  await settleAgain(stack, chain);
  await holdTogether(stack, hold);
  const orphaned = await countOrphaned(stack);
  hold(HIT, size, orphaned > 0 ? [] : ["no reorg hit a settlement"]);
  return { reorgs: size, blocksDropped: dropped, settlementsTakenBack: orphaned, ...report };
}

/** A chain whose blocks are final late, as those of real ones. */
function finalLate(chain: AnvilClient): RpcBehaviour {
  return async (call, forward) => {
    const [tag] = call.params ?? [];
    if (call.method !== "eth_getBlockByNumber" || (tag !== "finalized" && tag !== "safe")) return forward();
    const head = await chain.getBlockNumber({ cacheTime: 0 });
    const number = numberToHex(head > FINAL_AFTER ? head - FINAL_AFTER : 0n);
    const result = await chain.request<{ Method: string; Parameters: unknown[]; ReturnType: unknown }>({
      method: "eth_getBlockByNumber",
      params: [number, false],
    });
    return { jsonrpc: "2.0", id: call.id, result };
  };
}

async function untilServed(load: Load, more: number): Promise<void> {
  const wanted = load.served() + more;
  while (load.served() < wanted) await sleep(50);
}

/**
 * Replaces the newest blocks by empty ones, whose other side never saw our transactions; returns the hashes of those gone.
 * No transaction may come meanwhile: anvil 1.7 would mine it between its new blocks, and then it has two chains at once.
 */
async function replaceBlocks(chain: AnvilClient, depth: number): Promise<string[]> {
  const head = await stillHead(chain);
  const hashOf = async (number: bigint) => (await chain.getBlock({ blockNumber: number })).hash;
  const numbers = Array.from({ length: depth }, (_, i) => head - BigInt(i));
  const before = await Promise.all(numbers.map(hashOf));
  await chain.request<{ Method: "anvil_reorg"; Parameters: [number, []]; ReturnType: null }>({
    method: "anvil_reorg",
    params: [depth, []],
  });
  const after = await Promise.all(numbers.map(hashOf));
  return before.filter((hash): hash is `0x${string}` => hash !== null && !after.includes(hash));
}

/** Waits until nothing is left to be mined. */
async function stillHead(chain: AnvilClient): Promise<bigint> {
  for (let last = -1n; ; await sleep(100)) {
    const { pending } = await chain.getTxpoolStatus();
    const head = await chain.getBlockNumber({ cacheTime: 0 });
    if (pending === 0 && head === last) return head;
    last = head;
  }
}

/** Settlements that still stand in blocks that are gone, after the finaliser had its time. */
async function standingIn({ parts }: Stack, blocks: string[]): Promise<string[]> {
  const { db } = parts.database;
  for (const until = performance.now() + TAKEN_BACK_WITHIN_MS; ; await sleep(250)) {
    const rows = await db
      .select({ payment: settlements.paymentId })
      .from(settlements)
      .where(sql`${settlements.orphanedAt} is null and ${settlements.blockHash} in ${[...blocks, ""]}`);
    if (rows.length === 0 || performance.now() > until) return rows.map(({ payment }) => payment);
  }
}

/** Lets the chain grow until everything is final, what was taken back is settled again, and what ran out has ended. */
async function settleAgain({ parts }: Stack, chain: AnvilClient): Promise<void> {
  const { sql: query } = parts.database;
  for (
    const until = performance.now() + SETTLED_AGAIN_WITHIN_MS;
    performance.now() < until;
    await sleep(500)
  ) {
    await chain.mine({ blocks: 1 });
    const [row] =
      await query`select count(*)::int as open from payments where money in ('submitting', 'settled')
        or (money = 'held' and valid_before < extract(epoch from now()))`;
    if (row?.open === 0) return;
  }
}

async function countOrphaned({ parts }: Stack): Promise<number> {
  return parts.database.db.$count(settlements, isNotNull(settlements.orphanedAt));
}
