import { and, eq, sql } from "drizzle-orm";
import type { Block } from "@/lib/chain/chain";
import type { Db } from "@/lib/db/client";
import { chainCursors } from "@/lib/db/schema";

/** A worker that goes through the blocks of a network. */
export type CursorWorker = (typeof chainCursors.$inferSelect)["worker"];

/** Where a worker last came to its end on a network; null when it never did. */
export async function readCursor(db: Db, network: string, worker: CursorWorker) {
  const [cursor] = await db
    .select()
    .from(chainCursors)
    .where(and(eq(chainCursors.network, network), eq(chainCursors.worker, worker)));
  return cursor ?? null;
}

/** Notes how far a worker came; and when, if not just now. */
export async function moveCursor(
  db: Db,
  network: string,
  worker: CursorWorker,
  { number: blockNumber, hash: blockHash }: Block,
  at?: Date,
): Promise<void> {
  const reached = { blockNumber, blockHash, advancedAt: at ?? sql`now()` };
  await db
    .insert(chainCursors)
    .values({ network, worker, ...reached })
    .onConflictDoUpdate({ target: [chainCursors.network, chainCursors.worker], set: reached });
}
