import { createHash } from "node:crypto";
import { sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";

/** How often something may be tried. */
export interface RateLimit {
  /** What is counted. */
  name: string;
  /** So many tries within any `windowMs`. */
  count: number;
  windowMs: number;
}

/** Removed at most at once, so that no try waits for a long tidying up. */
const MAX_REMOVED = 100;

function keyOf({ name }: RateLimit, who: string): string {
  return `${name} ${createHash("sha256").update(who).digest("base64url")}`;
}

/** Counts one try by `who` in all replicas together; false, and nothing counted, when the limit is reached. */
export async function countTry(db: Db, limit: RateLimit, who: string): Promise<boolean> {
  const window = sql`make_interval(secs => ${limit.windowMs / 1_000})`;
  await db.execute(sql`delete from rate_limits where key in
    (select key from rate_limits where expires_at < now() limit ${MAX_REMOVED} for update skip locked)`);
  const counted = await db.execute(sql`
    insert into rate_limits as kept (key, hits, expires_at)
    values (${keyOf(limit, who)}, array[now()], now() + ${window})
    on conflict (key) do update set
      hits = array(select hit from unnest(kept.hits) hit where hit > now() - ${window} order by hit) || now(),
      expires_at = excluded.expires_at
    where (select count(*) from unnest(kept.hits) hit where hit > now() - ${window}) < ${limit.count}
    returning 1`);
  return counted.length > 0;
}

/** Takes one counted try back: it turned out to be rightful. */
export async function forgiveTry(db: Db, limit: RateLimit, who: string): Promise<void> {
  await db.execute(
    sql`update rate_limits set hits = hits[1:cardinality(hits) - 1] where key = ${keyOf(limit, who)}`,
  );
}
