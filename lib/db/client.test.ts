import { sql } from "drizzle-orm";
import { afterAll, describe, expect, it } from "vitest";
import { openDatabase } from "./client";

const url = process.env.DATABASE_URL ?? "";
const { db, close } = openDatabase(url, 2);
const admin = openDatabase(url, 1);
afterAll(() => Promise.all([close(), admin.close()]));

const OWN_PID = sql`select pg_backend_pid() as pid`;
/** Ends a connection at the server and waits until it is gone, as a restart or a failover does. */
async function kill(pid: unknown): Promise<void> {
  await admin.sql`select pg_terminate_backend(${Number(pid)}, 5000)`;
  await new Promise((resolve) => setTimeout(resolve, 100));
}

/** The driver may report a lost connection once more, to the next statement on the one that replaces it; not for ever. */
async function expectRecovery(): Promise<void> {
  const ask = () => db.execute(sql`select 1 as one`);
  expect(await ask().catch(ask)).toMatchObject([{ one: 1 }]);
}

describe("a transaction whose connection is lost fails, and nothing else does", () => {
  it("between two statements", async () => {
    const work = db.transaction(async (tx) => {
      const [row] = await tx.execute(OWN_PID);
      await kill(row?.pid);
      await tx.execute(sql`select 1`);
      await tx.execute(sql`select 2`);
    });
    await expect(work).rejects.toThrow();
    await expectRecovery();
  });

  it("in a statement", async () => {
    const work = db.transaction(async (tx) => {
      const [row] = await tx.execute(OWN_PID);
      const waiting = tx.execute(sql`select pg_sleep(2)`);
      await Promise.all([waiting, kill(row?.pid)]);
    });
    await expect(work).rejects.toThrow();
    await expectRecovery();
  });

  it("before it is rolled back", async () => {
    const work = db.transaction(async (tx) => {
      const [row] = await tx.execute(OWN_PID);
      await kill(row?.pid);
      throw new Error("changed my mind");
    });
    await expect(work).rejects.toThrow();
    await expectRecovery();
  });
});
