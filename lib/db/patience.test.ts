import { setTimeout as sleep } from "node:timers/promises";
import { sql } from "drizzle-orm";
import postgres from "postgres";
import { describe, expect, it, onTestFinished } from "vitest";
import { openDatabase } from "./client";
import { makeOwnDatabase } from "./own-database.fixture";
import { openStallingProxy } from "./stalling-proxy.fixture";

function open(url = process.env.DATABASE_URL ?? "", max = 1) {
  const database = openDatabase(url, max);
  onTestFinished(() => database.close());
  return database;
}

const SETTING = (name: string) => sql`select current_setting(${name}) as value`;

/** A table with one row, in a database whose transactions see one snapshot, and a session that is about to change the row. */
async function contended() {
  const { url } = await makeOwnDatabase({ default_transaction_isolation: "repeatable read" });
  const rival = postgres(url, { max: 1 });
  onTestFinished(() => rival.end());
  await rival`create table counter as select 0 as n`;
  return { ...open(url, 2), rival };
}

describe("a pool whose connections are all in use", () => {
  it("refuses a statement while they still are, and serves again after (E5)", async () => {
    const { db, counts } = open();
    const order: string[] = [];
    const busy = db.execute(sql`select pg_sleep(2)`).then(() => order.push("freed"));
    const refused = db.execute(sql`select 1`).catch((error: unknown) => {
      order.push("refused");
      return error;
    });
    await expect(refused).resolves.toMatchObject({ cause: { code: "53300" } });
    await expect(db.transaction(async () => {})).rejects.toMatchObject({ code: "53300" });
    await busy;
    expect(order).toEqual(["refused", "freed"]);
    expect(await db.execute(sql`select 1 as one`)).toEqual([{ one: 1 }]);
    expect(counts()).toEqual({ inside: 0, waiting: 0, waited: 2, refused: 2 });
  });

  it("lets those who wait in one after the other, as connections become free (E5)", async () => {
    const { db } = open();
    const works = Array.from({ length: 6 }, (_, n) =>
      n % 2 ? db.execute(sql`select 1`) : db.transaction((tx) => tx.execute(sql`select 1`)),
    );
    expect(await Promise.all(works)).toHaveLength(6);
  });
});

describe("a server that falls silent, as if its machine were gone", () => {
  /** A pool over a road on which every connection falls silent that says a word. */
  async function silenced(by: string) {
    const url = new URL(process.env.DATABASE_URL ?? "");
    const to = { host: url.hostname, port: Number(url.port) };
    const road = await openStallingProxy(to, by, "request");
    onTestFinished(() => road.close());
    url.host = `127.0.0.1:${road.port}`;
    return open(url.href, 2);
  }
  const instant = sql`select '2026-01-02T03:04:05Z'::timestamptz as at`;
  const silent = sql`select 'SILENCE'`;

  it("holds no place in the pool once a statement was given up, nor do transactions that wait for it (E1)", async () => {
    const { db, counts } = await silenced("SILENCE");
    const before = await db.execute(instant);
    const faults = await Promise.allSettled([db.execute(silent), db.transaction((tx) => tx.execute(silent))]);
    expect(faults).toMatchObject([
      { reason: { cause: { code: "ETIMEDOUT" } } },
      { status: "rejected", reason: expect.anything() },
    ]);
    while (counts().inside > 0) await sleep(50);
    expect(await db.execute(instant)).toEqual(before);
  });

  it("ends a transaction at its begin, a statement or its commit, also when nothing else is asked meanwhile (E1)", async () => {
    // With the byte before it: a setting of the session ends on the same word.
    const words = ["begin", "SILENCE", "\0commit"];
    const endings = words.map(async (word) => {
      const { db, counts } = await silenced(word);
      const ending = await db.transaction((tx) => tx.execute(silent)).catch((error: Error) => error.message);
      return [ending, counts().inside];
    });
    expect(await Promise.all(endings)).toEqual(words.map(() => ["No answer in 10000 ms", 0]));
  });
});

describe("what the database undid for another's sake", () => {
  it("runs again when it is one statement (E6)", async () => {
    const { db, rival } = await contended();
    let updated: Promise<unknown> = Promise.resolve();
    await rival.begin(async (tx) => {
      await tx`update counter set n = 10`;
      updated = db.execute(sql`update counter set n = n + 1`).then();
      // Until it waits for our row, with a snapshot from before we commit.
      while ((await tx`select from pg_locks where not granted and transactionid is not null`).length === 0);
    });
    await updated;
    expect(await rival`select n from counter`).toEqual([{ n: 11 }]);
  });

  it("runs again as a whole when it is a transaction, at most three times (E6)", async () => {
    const { db, rival } = await contended();
    let runs = 0;
    const add = (conflicts: number) =>
      db.transaction(async (tx) => {
        runs += 1;
        await tx.execute(sql`select n from counter`);
        if (runs <= conflicts) await rival`update counter set n = n + 10`;
        await tx.execute(sql`update counter set n = n + 1`);
      });
    await add(3);
    expect([runs, await rival`select n from counter`]).toEqual([4, [{ n: 31 }]]);
    runs = 0;
    await expect(add(4)).rejects.toMatchObject({ cause: { code: "40001" } });
    expect(runs).toBe(4);
  });

  it("is not run again for any other reason", async () => {
    const { db } = open();
    let runs = 0;
    const work = db.transaction(async (tx) => {
      runs += 1;
      await tx.execute(sql`select 1 / 0`);
    });
    await expect(work).rejects.toThrow();
    expect(runs).toBe(1);
  });
});

describe("a connection", () => {
  it.each([
    ["idle_in_transaction_session_timeout", "5s"],
    ["statement_timeout", "3s"],
    ["lock_timeout", "1s"],
  ])("ends by itself what holds it: %s is %s (E8)", async (setting, limit) => {
    expect(await open().db.execute(SETTING(setting))).toEqual([{ value: limit }]);
  });

  it("waits for what it commits to be on disk, also where the server's default is not to (E4)", async () => {
    const { url } = await makeOwnDatabase({ synchronous_commit: "off" });
    expect(await open(url).db.execute(SETTING("synchronous_commit"))).toEqual([{ value: "on" }]);
  });
});

it("the rows of a statement are its own when the one before it failed half way", async () => {
  const { db } = open();
  await expect(db.execute(sql`select 100 / x as y from (values (5), (0)) t(x)`)).rejects.toThrow();
  expect([...(await db.execute(sql`select 1 as one`))]).toEqual([{ one: 1 }]);
});
