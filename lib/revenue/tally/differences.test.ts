import { type SQL, sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "@/lib/db/client";
import { createOwnDatabase } from "@/lib/db/own-database.fixture";
import { newId } from "@/lib/ids";
import {
  mintAddress,
  mintEndpoint,
  mintMerchant,
  mintPayments,
  type PaymentSeed,
} from "@/lib/revenue/fixture";
import { tallyDifferences } from "./differences";
import { foldTallies } from "./fold";
import { rebuildTallies } from "./rebuild";

// Drift is made by hand, and would be found by whoever else looks.
let own: Awaited<ReturnType<typeof createOwnDatabase>>;
let database: Database;
let seed: PaymentSeed;
let merchantId: Awaited<ReturnType<typeof mintMerchant>>;
beforeAll(async () => {
  own = await createOwnDatabase();
  database = openDatabase(own.url, 2);
  merchantId = await mintMerchant(database);
  const { id: endpointId } = await mintEndpoint(database, merchantId, "Weather");
  seed = { endpointId, payer: mintAddress(), units: 10_000n, at: new Date("2026-11-03T15:20:00Z") };
  await mintPayments(database, merchantId, [
    seed,
    { ...seed, money: "final", delivery: "failed" },
    { ...seed, money: "void", delivery: "failed" },
    { ...seed, at: new Date("2026-11-04T09:00:00Z") },
  ]);
});
beforeEach(async () => {
  await rebuildTallies(database.db, merchantId);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});

const drift = (statement: SQL) => database.db.execute(statement);
const found = () => tallyDifferences(database.db);

describe("tallies that are not what the ledger says are found (I18)", () => {
  it("of which none is while they are, also before changes are added to them", async () => {
    expect(await found()).toEqual({ count: 0, first: [] });
    await mintPayments(database, merchantId, [{ ...seed, at: new Date("2026-11-02T00:00:00Z") }]);
    expect(await found()).toEqual({ count: 0, first: [] });
    await foldTallies(database.db);
    expect(await found()).toEqual({ count: 0, first: [] });
  });

  it("when all are some days off, of another endpoint and another delivery, although every sum is right", async () => {
    const other = newId();
    await drift(sql`update payment_tallies
      set slot = slot - interval '3 days', endpoint_id = ${other}, delivery = 'streaming'
      where slot = '2026-11-04T09:00:00Z'`);
    await drift(sql`update hour_tallies set hour = hour - interval '3 days', endpoint_id = ${other}
      where hour = '2026-11-04T09:00:00Z'`);
    const { count, first } = await found();
    expect(count).toBe(4);
    expect(first).toContainEqual(
      expect.stringMatching(
        new RegExp(
          `^Merchant ${merchantId}, quarter of an hour from 2026-11-01T09:00:00.000Z, eip155:84532, .*, endpoint ${other}, ` +
            "paid, delivery streaming, 10000 base units each: 1 tallied, 0 in the ledger$",
        ),
      ),
    );
  });

  const ways: [what: string, statement: SQL, says: RegExp][] = [
    [
      "a quarter's delivery",
      sql`update payment_tallies set delivery = 'streaming' where delivery = 'ready' and slot < '2026-11-04'`,
      /delivery ready, 10000 base units each: 0 tallied, 1 in the ledger$/,
    ],
    [
      "a quarter's price, of as much in all",
      sql`update payment_tallies set amount = amount * 2, payments = payments * 0.5
        where slot = '2026-11-04T09:00:00Z'`,
      /10000 base units each: 0 tallied, 1 in the ledger$/,
    ],
    [
      "what is void",
      sql`update payment_tallies set payments = payments + 2 where not paid`,
      /void, delivery failed, 10000 base units each: 3 tallied, 1 in the ledger$/,
    ],
    [
      "a quarter that is gone",
      sql`delete from payment_tallies where slot = '2026-11-04T09:00:00Z'`,
      /quarter of an hour from 2026-11-04T09:00:00.000Z.*: 0 tallied, 1 in the ledger$/,
    ],
    [
      "an hour's amount",
      sql`update hour_tallies set units = units + 1 where paid and hour < '2026-11-04'`,
      /, hour from 2026-11-03T15:00:00.000Z.*paid: 2 of 20001 base units tallied, 2 of 20000 in the ledger$/,
    ],
    [
      "a void hour",
      sql`update hour_tallies set hour = hour + interval '1 hour' where not paid`,
      /, hour from 2026-11-03T16:00:00.000Z.*void: 1 of 10000 base units tallied, 0 of 0 in the ledger$/,
    ],
    [
      "when a payer last paid",
      sql`update tallied_payers set last_paid_at = last_paid_at - interval '1 day'`,
      /payer 0x\w+: last paid 2026-11-03T09:00:00.000Z by the tally, 2026-11-04T09:00:00.000Z in the ledger$/,
    ],
    ["a payer who is gone", sql`delete from tallied_payers`, /payer 0x\w+: last paid never by the tally/],
  ];
  it.each(ways)("when %s is another", async (_, statement, says) => {
    await drift(statement);
    const { count, first } = await found();
    expect(count).toBeGreaterThan(0);
    expect(first).toContainEqual(expect.stringMatching(says));
  });

  it("also while changes of others are not added yet", async () => {
    await drift(sql`delete from tallied_payers`);
    await mintPayments(database, merchantId, [{ ...seed, payer: mintAddress() }]);
    expect(await found()).toMatchObject({ count: 1, first: [expect.stringContaining(seed.payer ?? "")] });
  });

  it("as a count, and the first of them, where there are many", async () => {
    await drift(sql`insert into payment_tallies
      select merchant_id, network, slot + n * interval '1 hour', asset, endpoint_id, amount, paid, delivery, 1
      from payment_tallies, generate_series(1, 1000) n where slot = '2026-11-04T09:00:00Z'`);
    const { count, first } = await found();
    expect(count).toBe(1000);
    expect(first).toHaveLength(20);
  });

  it("unless they are due to be made anew", async () => {
    await drift(sql`delete from payment_tallies`);
    await drift(sql`insert into untallied_merchants values (${merchantId})`);
    expect(await found()).toEqual({ count: 0, first: [] });
  });
});
