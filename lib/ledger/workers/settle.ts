import { eq } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { authorizationOf } from "@/lib/ledger/authorization";
import { book } from "@/lib/ledger/record";
import { proveSent, sentHashes } from "@/lib/ledger/sent";
import { takeUnattended } from "@/lib/ledger/unattended";
import type { Log } from "@/lib/log";

type Db = Database["db"];

/**
 * Books what became of payments that were sent and lost sight of: by the receipt of any transaction that was signed for
 * them, or by whoever used their nonce; void only when that is proven. It signs and sends nothing.
 */
export async function settleUnattended(db: Db, chains: ReadonlyMap<string, Chain>, log: Log): Promise<void> {
  const rows = await takeUnattended(db, eq(payments.money, "submitting"), null);
  const look = async (row: (typeof rows)[number]) => {
    const chain = chains.get(row.network);
    if (!chain) return;
    const hashes = await sentHashes(db, row.id);
    await book(db, row.id, await proveSent(chain, authorizationOf(row), hashes));
  };
  // What fails holds up nothing else.
  await Promise.all(
    rows.map((row) => look(row).catch((error: unknown) => log.warn("worker.look_failed", { error }))),
  );
}
