import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { Database } from "./client";
import { hasCode } from "./error-code";

const MIGRATIONS = { migrationsFolder: "drizzle" };
/** Any number, as long as every replica takes the same one. */
const LOCK = 840_232;

/** A table is wanted alone for no longer than this: whoever asks for it meanwhile waits behind the migration, up to 1 s. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_TIMEOUT = /^55P03$/;
const LOCK_RETRIES = 60;

/** A server that was reached and hung up, or is still starting: it fails over. What was never reached is told at once. */
const CUT = /^(CONNECTION_CLOSED|ECONNRESET|EPIPE|57P0[123])$/;
const CUT_RETRIES = 5;
const CUT_PAUSE_MS = 1_000;

/** Brings the database at this URL to the newest schema; replicas that start together take turns, those that run serve on. */
export async function migrateDatabase(url: string): Promise<void> {
  await retrying(() => migrateTo(url), CUT, CUT_RETRIES, CUT_PAUSE_MS);
}

async function migrateTo(url: string): Promise<void> {
  // One connection of its own: a long migration must not meet the pool's statement timeout, and the lock is the session's.
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${LOCK})`;
    await client.unsafe(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await retrying(() => migrate(drizzle(client), MIGRATIONS), LOCK_TIMEOUT, LOCK_RETRIES, LOCK_TIMEOUT_MS);
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** Works once more after each failure of this code: a migration is one transaction, and one that failed has changed nothing. */
async function retrying(
  work: () => Promise<void>,
  code: RegExp,
  most: number,
  pauseMs: number,
): Promise<void> {
  for (let retry = 1; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, code) || retry > most) throw error;
      await sleep(pauseMs);
    }
  }
}

/** Counts the migrations this program knows and the database lacks. */
export async function missingMigrations(database: Database): Promise<number> {
  const [row] = await database.db.execute(sql`select count(*) as applied from drizzle.__drizzle_migrations`);
  return Math.max(0, readMigrationFiles(MIGRATIONS).length - Number(row?.applied ?? 0));
}
