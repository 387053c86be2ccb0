import { sql } from "drizzle-orm";
import type { Database } from "./client";

/**
 * Reads by how many milliseconds the database's clock and ours differ for certain: what the question itself may have
 * taken on the way does not count.
 */
export async function readClockDifference({ db }: Pick<Database, "db">): Promise<number> {
  const askedAt = Date.now();
  const [row] = await db.execute(sql`select extract(epoch from clock_timestamp()) * 1000 as now_ms`);
  const answeredAt = Date.now();
  const theirs = Number(row?.now_ms);
  return Math.max(0, askedAt - theirs, theirs - answeredAt);
}
