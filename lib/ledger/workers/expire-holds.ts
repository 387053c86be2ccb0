import { sql } from "drizzle-orm";
import type { Chain } from "@/lib/chain/chain";
import type { Database } from "@/lib/db/client";
import { payments } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { authorizationOf } from "@/lib/ledger/authorization";
import { adopt, recordSettlement, voidPayment } from "@/lib/ledger/record";
import { takeUnattended } from "@/lib/ledger/unattended";
import type { Log } from "@/lib/log";

type Db = Database["db"];

/** How long after its authorization ran out a held payment is ended: clocks of the chain and the database differ. */
const EXPIRY_MARGIN_SECONDS = 60;

const expired = sql`${payments.money} = 'held'
  and ${payments.validBefore} < extract(epoch from now()) - ${EXPIRY_MARGIN_SECONDS}`;

/**
 * Ends held payments whose authorization ran out, once the chain proves that nobody used it; one whose money somebody
 * else sent is booked, and owed an answer where it has none.
 */
export async function expireHolds(db: Db, chains: ReadonlyMap<string, Chain>, log: Log): Promise<void> {
  const lease = newId();
  const rows = await takeUnattended(db, expired, lease);
  const end = async (row: (typeof rows)[number]) => {
    const proof = await chains.get(row.network)?.prove(authorizationOf(row), null);
    if (proof?.outcome === "failed") await voidPayment(db, row.id, proof.reason, { held: { lease } });
    if (proof?.outcome === "settled" && (await adopt(db, row.id, lease))) {
      await recordSettlement(db, row.id, proof.proof);
    }
  };
  await Promise.all(
    rows.map((row) => end(row).catch((error: unknown) => log.warn("worker.expire_failed", { error }))),
  );
}
