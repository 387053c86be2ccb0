import { count, desc, isNull } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { chainCursors, chainFindings } from "@/lib/db/schema";

/** How far a worker has compared the ledger with a network's chain: `sweep` looks for transfers, `finality` for reorgs. */
export type Cursor = typeof chainCursors.$inferSelect;

/** Something the ledger and the chain disagree about. */
export type Finding = typeof chainFindings.$inferSelect;

/** How the ledger stands against the chain. */
export interface LedgerAgainstChain {
  cursors: Cursor[];
  /** The latest that are open. */
  findings: Finding[];
  openFindings: number;
}

const SHOWN = 20;

/** Reads how far the chain was swept and what was found that is not resolved. */
export async function readLedgerAgainstChain(db: Db): Promise<LedgerAgainstChain> {
  const open = isNull(chainFindings.resolvedAt);
  const [cursors, findings, [total]] = await Promise.all([
    db.select().from(chainCursors).orderBy(chainCursors.network, desc(chainCursors.worker)),
    db.select().from(chainFindings).where(open).orderBy(desc(chainFindings.firstSeenAt)).limit(SHOWN),
    db.select({ open: count() }).from(chainFindings).where(open),
  ]);
  return { cursors, findings, openFindings: total?.open ?? 0 };
}
