import { readdirSync, readFileSync } from "node:fs";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "./client";
import { migrateDatabase, missingMigrations } from "./migrate";
import { makeOwnDatabase } from "./own-database.fixture";

/**
 * What the replicas of the release before would stumble over, or wait for: something they read is gone, is called or
 * typed otherwise, or must be given by statements that do not know it.
 * Whoever drops what no release reads any more says so in the first line: `-- contract: <the release that stopped>`.
 */
const BREAKS_RUNNING_REPLICAS = [
  /\bdrop\s+(table|column|view|type|schema)\b/i,
  /\brename\b/i,
  /\balter\s+column\s+\S+\s+(set\s+data\s+)?type\b/i,
  /\bset\s+not\s+null\b/i,
  /\badd\s+column\s+(?![^;]*\bdefault\b)[^;]*\bnot\s+null\b/i,
  /\btruncate\b/i,
];

const MIGRATIONS = readdirSync("drizzle").filter((name) => name.endsWith(".sql"));

/** A migrated database of its own; `waiting` is the process of a migration that waits for a lock now, or null. */
async function lockable() {
  const { url } = await makeOwnDatabase();
  const client = postgres(url, { max: 2 });
  onTestFinished(() => client.end());
  const waiting = async (): Promise<number | null> => {
    const [row] = await client<{ pid: number }[]>`select pid from pg_locks where not granted
      and relation = 'drizzle.__drizzle_migrations'::regclass`;
    return row?.pid ?? null;
  };
  return { url, client, waiting };
}

describe("a migration", () => {
  it.each(MIGRATIONS)("leaves running replicas of the release before all they use: %s (E9)", (name) => {
    const text = readFileSync(`drizzle/${name}`, "utf8");
    const found = text.startsWith("-- contract: ")
      ? []
      : BREAKS_RUNNING_REPLICAS.filter((pattern) => pattern.test(text.replaceAll(/^--.*$/gm, "")));
    expect(found).toEqual([]);
  });

  it("steps aside for a long transaction, so that nobody waits behind it for long (E9)", async () => {
    const { url, client, waiting } = await lockable();
    let migrated: Promise<void> = Promise.resolve();
    await client.begin(async (tx) => {
      await tx`lock table drizzle.__drizzle_migrations`;
      migrated = migrateDatabase(url);
      while ((await waiting()) === null);
      while ((await waiting()) !== null);
    });
    await migrated;
  });

  it("begins again when its connection is cut, as in a failover (E4)", async () => {
    const { url, client, waiting } = await lockable();
    let migrated: Promise<void> = Promise.resolve();
    await client.begin(async (tx) => {
      await tx`lock table drizzle.__drizzle_migrations`;
      migrated = migrateDatabase(url);
      let cut = await waiting();
      while (cut === null) cut = await waiting();
      await client`select pg_terminate_backend(${cut})`;
      let again = await waiting();
      while (again === null || again === cut) again = await waiting();
    });
    await migrated;
  });
});

describe("a replica", () => {
  it("is content with a database that a newer release has migrated further (E9)", async () => {
    const { url } = await makeOwnDatabase();
    const database = openDatabase(url, 1);
    onTestFinished(() => database.close());
    expect(await missingMigrations(database)).toBe(0);
    await database.db.execute(
      sql`insert into drizzle.__drizzle_migrations (hash, created_at) values ('of the next release', 9999999999999)`,
    );
    expect(await missingMigrations(database)).toBe(0);
    // An older release that starts now must not undo or repeat anything either.
    await migrateDatabase(url);
    expect(await missingMigrations(database)).toBe(0);
  });
});
