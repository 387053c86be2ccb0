import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { Database } from "./client";

const MIGRATIONS = { migrationsFolder: "drizzle" };
/** Any number, as long as every replica takes the same one. */
const LOCK = 840_232;

/** A table is wanted alone for no longer than this: whoever asks for it meanwhile waits behind the migration, up to 1 s. */
const LOCK_TIMEOUT_MS = 500;
const LOCK_RETRIES = 60;

/** Brings the database at this URL to the newest schema; replicas that start together take turns, those that run serve on. */
export async function migrateDatabase(url: string): Promise<void> {
  // One connection of its own: a long migration must not meet the pool's statement timeout, and the lock is the session's.
  const client = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await client`select pg_advisory_lock(${LOCK})`;
    await client.unsafe(`set lock_timeout = ${LOCK_TIMEOUT_MS}`);
    await untilUnlocked(() => migrate(drizzle(client), MIGRATIONS));
  } finally {
    await client.end({ timeout: 5 });
  }
}

/** A migration is one transaction: one that met a lock has changed nothing, and is tried again. */
async function untilUnlocked(work: () => Promise<void>): Promise<void> {
  for (let left = LOCK_RETRIES; ; left -= 1) {
    try {
      return await work();
    } catch (error) {
      const locked = error instanceof Error && isLockTimeout(error.cause ?? error);
      if (!locked || left === 0) throw error;
      await sleep(LOCK_TIMEOUT_MS);
    }
  }
}

function isLockTimeout(cause: unknown): boolean {
  return cause instanceof postgres.PostgresError && cause.code === "55P03";
}

/** Counts the migrations this program knows and the database lacks. */
export async function missingMigrations(database: Database): Promise<number> {
  const [row] = await database.db.execute(sql`select count(*) as applied from drizzle.__drizzle_migrations`);
  return Math.max(0, readMigrationFiles(MIGRATIONS).length - Number(row?.applied ?? 0));
}
