import { and, eq, max, sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { payments, settlements } from "@/lib/db/schema";
import { moveCursor, readCursor } from "@/lib/ledger/cursor";
import { makeFinal, orphan, type SettledBlock } from "@/lib/ledger/record";
import type { Log } from "@/lib/log";

/** A booking may be seen this much later than it is dated: statements end after 3 s. */
const SEEN_WITHIN_MS = 10_000;

/** A block of settlements that are not final yet. */
interface WaitingBlock extends SettledBlock {
  /** When the last of them was booked, and when this was read, by the database's clock. */
  bookedAt: Date | null;
  readAt: Date;
}

/** The blocks of settlements that are not final yet, oldest first. */
async function blocksNotFinal(db: Db, network: string): Promise<WaitingBlock[]> {
  const rows = await db
    .select({
      number: settlements.blockNumber,
      hash: settlements.blockHash,
      bookedAt: max(settlements.createdAt),
      readAt: sql`now()`.mapWith(settlements.createdAt),
    })
    .from(payments)
    .innerJoin(settlements, itsSettlement)
    .where(and(eq(payments.network, network), eq(payments.money, "settled")))
    .groupBy(settlements.blockNumber, settlements.blockHash)
    .orderBy(settlements.blockNumber);
  return rows.map((row) => ({ network, ...row }));
}

/**
 * Holds what is settled against the chain until its block is final: then nothing can take it back any more. What stood in
 * a block that the chain replaced is submitted again (faults D13). While the last head we saw is still part of the chain,
 * so is all below it that was looked at, and only newer blocks need a look, and what was booked since.
 */
export async function finalise(db: Db, { network, history }: Chain, log: Log): Promise<void> {
  const waiting = await blocksNotFinal(db, network.id);
  const [oldest] = waiting;
  if (oldest === undefined) return;
  const cursor = await readCursor(db, network.id, "finality");
  const [head, finalHead] = await Promise.all([history.head(), history.finalHead()]);
  const stands = cursor !== null && (await history.holds(cursor.blockNumber, cursor.blockHash)) === true;
  let areAllKnown = true;
  for (const block of waiting) {
    const isFinal = block.number <= finalHead.number;
    // A proof from before a reorg may be booked at any time.
    const wasSeen = stands && isSeenBy(cursor.advancedAt, block.bookedAt);
    if (wasSeen && !isFinal && block.number <= cursor.blockNumber) continue;
    const held = await history.holds(block.number, block.hash);
    // What goes wrong with one block holds up no other.
    const isJudged = await conclude(db, block, { held, isFinal }, log).catch((error: unknown) => {
      log.error("finalise.block_failed", { network: network.id, block: block.number.toString(), error });
      return false;
    });
    areAllKnown &&= isJudged;
  }
  // A block that could not be judged is looked at again before anything is concluded from this head.
  if (areAllKnown) await moveCursor(db, network.id, "finality", head, oldest.readAt);
}

/** Whether who read at this time has seen what was booked then. */
function isSeenBy(readAt: Date, bookedAt: Date | null): boolean {
  return bookedAt !== null && bookedAt.getTime() + SEEN_WITHIN_MS < readAt.getTime();
}

/** Books what the chain shows of a block; false when that is not known. */
async function conclude(
  db: Db,
  block: SettledBlock,
  { held, isFinal }: { held: boolean | null; isFinal: boolean },
  log: Log,
): Promise<boolean> {
  if (held && isFinal) await makeFinal(db, block);
  if (held === false) {
    const payments = await orphan(db, block);
    log.warn("settlement.orphaned", { network: block.network, block: block.number.toString(), payments });
  }
  return held !== null;
}
