import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";

/** Payments of one network that are not done with. */
export interface Queue {
  /** CAIP-2 id. */
  network: string;
  /** Claimed, and nothing sent for them yet. */
  held: number;
  /** Sent to the network, and not proven yet. */
  submitting: number;
  /** When the oldest of these was sent. */
  oldestSubmittedAt: Date | null;
  /** Paid for, and their answer did not go out. */
  owed: number;
  oldestOwedAt: Date | null;
}

type Row = { network: string; state: "held" | "submitting" | "owed"; count: number; since: string };

/** Counts what waits on each of these networks, and on any other that payments still wait on. Each count has its partial index. */
export async function readQueues(db: Db, networks: readonly string[]): Promise<Queue[]> {
  const rows = await db.execute<Row>(sql`
    select network, 'held' state, count(*)::int count, min(claimed_at) since
      from payments where money = 'held' group by network
    union all
    select network, 'submitting', count(*)::int, min(submitted_at)
      from payments where money = 'submitting' group by network
    union all
    select network, 'owed', count(*)::int, min(settled_at)
      from payments where money in ('settled', 'final') and delivery = 'failed' group by network`);
  const known = [...new Set([...networks, ...rows.map(({ network }) => network)])];
  return known.map((network) => {
    const of = (state: Row["state"]) => rows.find((row) => row.network === network && row.state === state);
    const since = (state: Row["state"]) => {
      const row = of(state);
      return row ? new Date(row.since) : null;
    };
    return {
      network,
      held: of("held")?.count ?? 0,
      submitting: of("submitting")?.count ?? 0,
      oldestSubmittedAt: since("submitting"),
      owed: of("owed")?.count ?? 0,
      oldestOwedAt: since("owed"),
    };
  });
}
