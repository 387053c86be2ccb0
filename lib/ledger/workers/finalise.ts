import { sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { moveCursor, readCursor } from "@/lib/ledger/cursor";
import { makeFinal, orphan, type SettledBlock } from "@/lib/ledger/record";
import type { Log } from "@/lib/log";

/** The blocks of settlements that are not final yet, oldest first. */
async function blocksNotFinal(db: Db, network: string): Promise<SettledBlock[]> {
  const rows = await db.execute<{ number: string; hash: string }>(sql`
    select distinct block_number as number, block_hash as hash
    from payments join settlements on payment_id = payments.id and orphaned_at is null
    where payments.network = ${network} and money = 'settled'
    order by block_number`);
  return rows.map(({ number, hash }) => ({ network, number: BigInt(number), hash }));
}

/**
 * Holds what is settled against the chain until its block is final: then nothing can take it back any more. What stood in
 * a block that the chain replaced is submitted again (faults D13). While the last head we saw is still part of the chain,
 * so is all below it, and only newer blocks need a look.
 */
export async function finalise(db: Db, { network, history }: Chain, log: Log): Promise<void> {
  const waiting = await blocksNotFinal(db, network.id);
  if (waiting.length === 0) return;
  const cursor = await readCursor(db, network.id, "finality");
  const [head, finalHead] = await Promise.all([history.head(), history.finalHead()]);
  const stands = cursor !== null && (await history.holds(cursor.blockNumber, cursor.blockHash)) === true;
  let areAllKnown = true;
  for (const block of waiting) {
    const isFinal = block.number <= finalHead.number;
    if (stands && !isFinal && block.number <= cursor.blockNumber) continue;
    const held = await history.holds(block.number, block.hash);
    // What goes wrong with one block holds up no other.
    const isJudged = await conclude(db, block, { held, isFinal }, log).catch((error: unknown) => {
      log.error("finalise.block_failed", { network: network.id, block: block.number.toString(), error });
      return false;
    });
    areAllKnown &&= isJudged;
  }
  // A block that could not be judged is looked at again before anything is concluded from this head.
  if (areAllKnown) await moveCursor(db, network.id, "finality", head);
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
