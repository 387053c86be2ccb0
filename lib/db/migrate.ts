import { readMigrationFiles } from "drizzle-orm/migrator";
import { drizzle } from "drizzle-orm/postgres-js";
import { migrate } from "drizzle-orm/postgres-js/migrator";
import postgres from "postgres";
import type { Database } from "./client";

const MIGRATIONS = { migrationsFolder: "drizzle" };
/** Any number, as long as every replica takes the same one. */
const LOCK = 840_232;

/** Brings the database at this URL to the newest schema; replicas that start together take turns. */
export async function migrateDatabase(url: string): Promise<void> {
  // One connection of its own: a long migration must not meet the pool's statement timeout, and the lock is the session's.
  const sql = postgres(url, { max: 1, connect_timeout: 5, onnotice: () => {} });
  try {
    await sql`select pg_advisory_lock(${LOCK})`;
    await migrate(drizzle(sql), MIGRATIONS);
  } finally {
    await sql.end({ timeout: 5 });
  }
}

/** Counts the migrations this program knows and the database lacks. */
export async function missingMigrations(database: Database): Promise<number> {
  const [row] = await database.sql`select count(*)::int as applied from drizzle.__drizzle_migrations`;
  return Math.max(0, readMigrationFiles(MIGRATIONS).length - Number(row?.applied ?? 0));
}
