import { and, eq, isNull, sql } from "drizzle-orm";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import { type Db, openDatabase } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { payments, settlements } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import { revenueByTime } from "@/lib/revenue/by-time";
import {
  mintAddress,
  mintEndpoint,
  mintMerchant,
  mintPayments,
  TEST_ASSET,
  TEST_NETWORK,
} from "@/lib/revenue/fixture";
import { listPayments } from "@/lib/revenue/list";
import { hasPayments } from "@/lib/revenue/owed";
import { counted, type Scope, within } from "@/lib/revenue/scope";
import { type AssetTotal, totalsByAsset } from "@/lib/revenue/totals";
import { tallyDifferences } from "./differences";
import { foldTallies } from "./fold";
import { countPayers } from "./payers";
import { rebuildTallies } from "./rebuild";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const NETWORKS = [TEST_NETWORK, "eip155:8453"];
const ASSETS = [TEST_ASSET, mintAddress()];
const PAYERS = [mintAddress(), mintAddress(), mintAddress()];
const BEGIN = Date.parse("2026-03-28T22:00:00Z");
/** An instant within some hours, on and off the boundaries of slots. */
const time = fc.integer({ min: 0, max: 60 }).map((step) => new Date(BEGIN + step * 300_000 + (step % 4)));
const from = <T>(values: readonly T[]) => fc.constantFrom(...values);

const payment = fc.record({
  at: time,
  units: from([1n, 10_000n, 10n ** 30n]),
  network: from(NETWORKS),
  asset: from(ASSETS),
  payer: from(PAYERS),
  place: from([0, 1]),
  money: from(["settled", "final", "void", "held", "submitting"] as const),
  delivery: from(["ready", "streaming", "failed"] as const),
});
const event = fc.oneof(
  fc.record({ kind: fc.constant("arrive" as const), payment }),
  fc.record({
    kind: from(["settle", "reorg", "finish", "void", "fail", "serve", "prune"] as const),
    which: fc.nat(),
    at: time,
  }),
  fc.record({ kind: from(["fold", "rebuild", "untally"] as const) }),
);
const some = <T>(values: readonly T[]) =>
  fc.option(fc.subarray([...values], { minLength: 1 }), { nil: undefined });
const filter = fc.record({
  networks: fc.subarray(NETWORKS),
  from: time,
  until: time,
  place: fc.option(from([0, 1]), { nil: undefined }),
  asset: fc.option(from(ASSETS), { nil: undefined }),
  payer: fc.option(from(PAYERS), { nil: undefined, freq: 4 }),
  money: some(["settled", "final", "void", "held", "submitting"] as const),
  delivery: some(["ready", "streaming", "failed"] as const),
  atLeast: fc.option(from([1n, 2n]), { nil: undefined }),
});

type Event = typeof event extends fc.Arbitrary<infer E> ? E : never;

/** Does to payments what the ledger and a chain do. */
async function happen(own: MerchantId, endpointIds: string[], what: Event): Promise<void> {
  if (what.kind === "arrive") {
    const endpointId = endpointIds[what.payment.place] ?? "";
    await mintPayments(database, own, [{ ...what.payment, endpointId }]);
    return;
  }
  if (what.kind === "fold") await foldTallies(db);
  if (what.kind === "rebuild") await rebuildTallies(db, own);
  if (what.kind === "untally")
    await db.execute(sql`insert into untallied_merchants values (${own}) on conflict do nothing`);
  if (!("which" in what)) return;
  const all = await db.select().from(payments).where(eq(payments.merchantId, own)).orderBy(payments.id);
  const one = all[what.which % Math.max(1, all.length)];
  if (!one) return;
  const change = (to: Partial<typeof payments.$inferInsert>) =>
    db.update(payments).set(to).where(eq(payments.id, one.id));
  if (what.kind === "settle" && one.money === "submitting") await settle(db, one, what.at);
  if (what.kind === "reorg" && one.money === "settled") {
    const standing = and(eq(settlements.paymentId, one.id), isNull(settlements.orphanedAt));
    await db.transaction(async (tx) => {
      await tx.update(settlements).set({ orphanedAt: new Date() }).where(standing);
      await tx.update(payments).set({ money: "submitting", settledAt: null }).where(eq(payments.id, one.id));
    });
  }
  if (what.kind === "finish" && one.money === "settled") await change({ money: "final" });
  if (what.kind === "void" && (one.money === "held" || one.money === "submitting"))
    await change({ money: "void", voidedAt: what.at });
  if (what.kind === "serve" && one.delivery === "failed")
    await change({ delivery: "pending" }).then(() => change({ delivery: "ready" }));
  if (what.kind === "prune" && one.money === "void")
    await db
      .delete(payments)
      .where(
        and(
          eq(payments.id, one.id),
          sql`not exists (select from settlements where payment_id = payments.id)`,
        ),
      );
  if (what.kind === "fail" && one.delivery === "streaming") await change({ delivery: "failed" });
}

async function settle(of: Db, one: typeof payments.$inferSelect, at: Date): Promise<void> {
  await of.transaction(async (tx) => {
    await tx.update(payments).set({ money: "settled", settledAt: at }).where(eq(payments.id, one.id));
    const { merchantId, endpointId, endpointVersion, network, asset, scheme, payer, payTo, amount } = one;
    const terms = { merchantId, endpointId, endpointVersion, network, asset, scheme, payer, payTo, amount };
    const where = { logIndex: 0, blockNumber: 1n, blockHash: "0x", blockTime: at, txHash: newId() };
    await tx.insert(settlements).values({ id: newId(), paymentId: one.id, ...terms, ...where });
  });
}

/** The same sums, from each payment and its settlement. */
async function sumRows(of: Db, scope: Scope): Promise<AssetTotal[]> {
  const rows = await of
    .select({
      network: payments.network,
      asset: payments.asset,
      money: payments.money,
      amount: settlements.amount,
    })
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .where(within(scope));
  const sums = new Map<string, AssetTotal>();
  for (const { network, asset, money, amount } of rows) {
    const none = { network, asset, units: 0n, payments: 0, settled: 0, void: 0 };
    const sum = sums.get(network + asset) ?? none;
    sum.payments += 1;
    sum.units += amount ?? 0n;
    sum.settled += amount === null ? 0 : 1;
    sum.void += money === "void" ? 1 : 0;
    sums.set(network + asset, sum);
  }
  return [...sums.values()];
}

const sorted = (totals: AssetTotal[]) =>
  [...totals].sort((a, b) => (a.network + a.asset < b.network + b.asset ? -1 : 1));

async function expectEqual(scope: Scope): Promise<void> {
  const rows = sorted(await sumRows(db, scope));
  expect(sorted(await totalsByAsset(db, scope))).toEqual(rows);

  const middle = new Date((scope.from.getTime() + scope.until.getTime()) / 2);
  const half = new Date(Math.floor(middle.getTime() / 900_000) * 900_000);
  const cut = half > scope.from && half < scope.until ? half : scope.until;
  const buckets = [
    { from: scope.from, until: cut },
    ...(cut < scope.until ? [{ from: cut, until: scope.until }] : []),
  ];
  const chart = await revenueByTime(db, scope, buckets);
  for (const [at, bucket] of buckets.entries()) {
    const sum = (await sumRows(db, { ...scope, ...bucket })).reduce(
      (units, total) => units + total.units,
      0n,
    );
    expect(chart.bars[at]?.total).toBe(sum);
  }

  const order = sql`${counted} desc, ${payments.id} desc`;
  const ids = await db.select({ id: payments.id }).from(payments).where(within(scope)).orderBy(order);
  const listed: string[] = [];
  for (let before: string | undefined; ; ) {
    const page = await listPayments(db, scope, { before, limit: 1 });
    listed.push(...page.rows.map(({ id }) => id));
    if (before !== undefined) {
      const back = await listPayments(db, scope, { after: page.newer ?? undefined, limit: 1 });
      expect(back.rows.map(({ id }) => id)).toEqual(listed.slice(0, -page.rows.length).slice(-1));
    }
    if (page.older === null) break;
    before = page.older;
  }
  expect(listed).toEqual(ids.map(({ id }) => id));

  for (const network of scope.networks) {
    const token = { merchantId: scope.merchantId, networks: [network], asset: TEST_ASSET };
    const of = { ...token, from: scope.from, until: scope.until };
    const paid = await db
      .selectDistinct({ payer: payments.payer })
      .from(payments)
      .where(and(within(of), sql`${payments.settledAt} is not null`));
    expect(await countPayers(db, { ...of, network })).toBe(paid.length);
  }
}

describe("tallies", () => {
  it("equal the payments and settlements they stand for, whatever happened and whenever they are added up (I18)", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(event, { minLength: 1, maxLength: 40, size: "max" }),
        fc.array(filter, { minLength: 4, maxLength: 4 }),
        async (events, filters) => {
          const own = await mintMerchant(database);
          const endpointIds = [
            (await mintEndpoint(database, own, "A")).id,
            (await mintEndpoint(database, own, "B")).id,
          ];
          for (const each of events) await happen(own, endpointIds, each);
          const [all] = await db
            .select({ id: payments.id })
            .from(payments)
            .where(eq(payments.merchantId, own))
            .limit(1);
          // Whether what came and was pruned is still known of depends on what was added up since.
          const has = await hasPayments(db, own, NETWORKS);
          if (all !== undefined) expect(has).toBe(true);
          if (!events.some(({ kind }) => kind === "arrive")) expect(has).toBe(false);
          for (const { from: one, until: other, place, payer, atLeast, ...rest } of filters) {
            const [first, last] = one < other ? [one, other] : [other, one];
            await expectEqual({
              ...rest,
              merchantId: own,
              from: first,
              until: last,
              endpointId: place === undefined ? undefined : endpointIds[place],
              payer: payer === undefined ? undefined : [payer],
              amounts:
                atLeast === undefined ? undefined : rest.networks.map((network) => ({ network, atLeast })),
            });
          }
          const { first } = await tallyDifferences(db);
          expect(first.filter((sentence) => sentence.includes(own))).toEqual([]);
        },
      ),
      // A failure is told also when making it smaller takes long.
      { numRuns: 12, interruptAfterTimeLimit: 45_000 },
    );
  });

  it("are exact at any moment, while payments settle, are added up and tallied anew, all at once (I18)", async () => {
    const own = await mintMerchant(database);
    const { id: endpointId } = await mintEndpoint(database, own, "Busy");
    const at = new Date(BEGIN);
    const seeds = Array.from({ length: 120 }, () => ({
      endpointId,
      at,
      units: 3n,
      money: "submitting" as const,
    }));
    await mintPayments(database, own, seeds);
    const open = await db.select().from(payments).where(eq(payments.merchantId, own));
    const scope = {
      merchantId: own,
      networks: NETWORKS,
      from: new Date(BEGIN),
      until: new Date(BEGIN + 900_000),
    };
    let left = open.length;
    const settling = [0, 1].map(async () => {
      for (let one = open.pop(); one; one = open.pop()) await settle(db, one, at).then(() => (left -= 1));
    });
    const keeping = async () => {
      for (let round = 0; left > 0; round += 1)
        await (round % 4 === 3 ? rebuildTallies(db, own) : foldTallies(db));
    };
    const reading = async () => {
      while (left > 0) {
        await db.transaction(
          async (tx) => expect(await totalsByAsset(tx, scope)).toEqual(await sumRows(tx, scope)),
          { isolationLevel: "repeatable read" },
        );
      }
    };
    await Promise.all([...settling, keeping(), reading()]);
    expect(await totalsByAsset(db, scope)).toMatchObject([{ units: 360n, payments: 120, settled: 120 }]);
  });
});
