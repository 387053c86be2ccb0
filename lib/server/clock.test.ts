import { sql } from "drizzle-orm";
import { expect, it, onTestFinished } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { readClockDifference } from "@/lib/db/clock";
import { givenEnv } from "@/lib/env";
import { watchReadiness } from "./health";

/** A pool whose sessions have a clock that is off by this many seconds, by a function that comes before the real one. */
async function skewedDatabase(seconds: number) {
  const url = new URL(givenEnv().DATABASE_URL ?? "");
  const schema = `clock_${Math.random().toString(36).slice(2)}`;
  const { db, close } = openDatabase(url.href, 1);
  await db.execute(sql.raw(`create schema ${schema}`));
  await db.execute(
    sql.raw(`create function ${schema}.clock_timestamp() returns timestamptz language sql as
      $$ select pg_catalog.clock_timestamp() + interval '${seconds} seconds' $$`),
  );
  url.searchParams.set("search_path", `${schema},pg_catalog,public`);
  const skewed = openDatabase(url.href, 1);
  onTestFinished(async () => {
    await skewed.close();
    await db.execute(sql.raw(`drop schema ${schema} cascade`));
    await close();
  });
  return skewed;
}

it.each([-120, -3, 3, 120])(
  "a clock that differs from the database's by %s s is noticed (D14)",
  async (seconds) => {
    const database = await skewedDatabase(seconds);
    const difference = await readClockDifference(database);
    expect(difference).toBeGreaterThan(Math.abs(seconds) * 1_000 - 1_000);
    expect(difference).toBeLessThan(Math.abs(seconds) * 1_000 + 1_000);
  },
);

it("a process whose clock differs by more than 2 s is not ready, one whose clock is right is (D14)", async () => {
  const readiness = async (seconds: number) =>
    watchReadiness({ database: await skewedDatabase(seconds), chains: new Map() })();
  expect(await readiness(0)).toEqual([]);
  expect(await readiness(5)).toEqual([
    expect.stringMatching(/^The clocks of this machine and of the database/),
  ]);
});
