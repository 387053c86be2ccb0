import { eq } from "drizzle-orm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openDatabase } from "@/lib/db/client";
import { payments, settlements } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import { revenueByTime } from "./by-time";
import { readCsv } from "./export.fixture";
import { mintAddress, mintEndpoint, mintMerchant, mintPayments, TEST_NETWORK } from "./fixture";
import { listPayments, type PaymentRow } from "./list";
import { readPayment } from "./payment";
import { buckets, readRange } from "./range";
import type { Scope } from "./scope";
import { changeSince, paidRate, totalsByAsset } from "./totals";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
const { db } = database;
afterAll(() => database.close());

const BASE = "eip155:8453";
const BASE_USDC = "0x833589fCD6eDb6E08f4c7C32D4f71b54bdA02913";
const timeZone = "America/Havana";
const now = new Date("2026-11-03T15:00:00Z");
const range = readRange({ from: "2026-10-28", to: "2026-11-03" }, { timeZone, now, fallback: "30d" });
const hour = (count: number) => new Date(range.from.getTime() + count * 3_600_000);

let merchantId: MerchantId;
const endpoints: { id: string; slug: string }[] = [];
let scope: Scope;

beforeAll(async () => {
  merchantId = await mintMerchant(database);
  for (let at = 0; at < 8; at += 1)
    endpoints.push(await mintEndpoint(database, merchantId, `Endpoint ${at}`));
  const payers = [mintAddress(), mintAddress(), mintAddress()];
  const endpoint = (at: number) => endpoints[at % endpoints.length]?.id ?? "";
  const states = ["settled", "settled", "final", "void", "held", "submitting"] as const;
  await mintPayments(database, merchantId, [
    ...Array.from({ length: 300 }, (_, at) => ({
      endpointId: endpoint(at),
      at: new Date(hour(at % 150).getTime() + at),
      units: at === 7 ? 123_456_789_012_345_678_901n : BigInt(at + 1),
      payer: payers[at % 3] ?? "",
      money: states[at % 6] ?? "held",
    })),
    // The very first instant is inside, the first instant after is not; nor is live money.
    { endpointId: endpoint(0), at: range.from, units: 5n },
    { endpointId: endpoint(0), at: range.until, units: 1_000_000n },
    { endpointId: endpoint(0), at: new Date(range.from.getTime() - 1), units: 1_000_000n },
    { endpointId: endpoint(1), at: hour(10), units: 999n, network: BASE, asset: BASE_USDC },
  ]);
  const stranger = await mintMerchant(database);
  const theirs = await mintEndpoint(database, stranger, "Theirs");
  await mintPayments(database, stranger, [{ endpointId: theirs.id, at: hour(3), units: 77n }]);
  scope = { merchantId, networks: [TEST_NETWORK], from: range.from, until: range.until };
});

async function everyPage(of: Scope, limit: number): Promise<PaymentRow[]> {
  const rows: PaymentRow[] = [];
  for (let before: string | undefined; ; ) {
    const page = await listPayments(db, of, { before, limit });
    rows.push(...page.rows);
    if (page.older === null) return rows;
    before = page.older;
  }
}

describe("revenue", () => {
  it("is the same in headline, chart, table and CSV, whatever the filter (I18)", async () => {
    const filters: Partial<Scope>[] = [
      {},
      { endpointId: endpoints[3]?.id },
      { money: ["settled"] },
      { money: ["void"] },
      { delivery: ["failed"] },
      { amounts: [{ network: TEST_NETWORK, atLeast: 10n, atMost: 200n }] },
    ];
    for (const filter of filters) {
      const within = { ...scope, ...filter };
      const [total] = await totalsByAsset(db, within);
      const chart = await revenueByTime(db, within, buckets(range).buckets);
      const rows = await everyPage(within, 37);
      const csv = await readCsv(database, within);
      const paid = rows.filter((row) => row.money === "settled" || row.money === "final");
      const sum = (all: bigint[]) => all.reduce((a, b) => a + b, 0n);
      const headline = total?.units ?? 0n;
      expect(sum(chart.bars.map((bar) => bar.total))).toBe(headline);
      expect(sum(chart.bars.flatMap((bar) => bar.units))).toBe(headline);
      expect(sum(chart.series.map((series) => series.units))).toBe(headline);
      expect(sum(paid.map((row) => row.amount))).toBe(headline);
      expect(sum(csv.map((row) => BigInt(row.amount_atomic ?? "")))).toBe(headline);
      expect([rows.length, csv.length]).toEqual([total?.payments ?? 0, total?.payments ?? 0]);
      expect([...rows].reverse().map((row) => row.id)).toEqual(csv.map((row) => row.payment_id));
    }
  });

  it("adds amounts no JS number could hold (I18)", async () => {
    const [total] = await totalsByAsset(db, scope);
    expect(total?.units).toBeGreaterThan(123_456_789_012_345_678_901n);
    expect(total?.units.toString().endsWith("000")).toBe(false);
  });

  it("counts a settlement at the first instant of the range and none at the first instant after (I18)", async () => {
    const [total] = await totalsByAsset(db, {
      ...scope,
      from: range.from,
      until: new Date(range.from.getTime() + 1),
    });
    expect(total).toMatchObject({ payments: 2, units: 6n });
  });

  it("never adds test money to live money, nor another merchant's (I18)", async () => {
    const [live] = await totalsByAsset(db, { ...scope, networks: [BASE] });
    expect(live).toMatchObject({ network: BASE, asset: BASE_USDC, units: 999n, payments: 1 });
    const both = await totalsByAsset(db, { ...scope, networks: [BASE, TEST_NETWORK] });
    expect(both.map((total) => total.network)).toEqual([TEST_NETWORK, BASE]);
    expect(await totalsByAsset(db, { ...scope, networks: [] })).toEqual([]);
  });

  it("does not count a settlement whose block was dropped, and counts the one that took its place once (I18)", async () => {
    const own = await mintMerchant(database);
    const endpoint = await mintEndpoint(database, own, "Reorganised");
    const [paymentId = ""] = await mintPayments(database, own, [
      { endpointId: endpoint.id, at: hour(4), units: 7n },
    ]);
    const of = { ...scope, merchantId: own, until: new Date("2100-01-01") };
    const [settlement] = await db.select().from(settlements).where(eq(settlements.paymentId, paymentId));
    if (!settlement) throw new Error("The payment has no settlement");
    await db.update(settlements).set({ orphanedAt: now }).where(eq(settlements.id, settlement.id));
    await db.update(payments).set({ money: "submitting", settledAt: null }).where(eq(payments.id, paymentId));
    const [dropped] = await totalsByAsset(db, of);
    expect(dropped).toMatchObject({ units: 0n, payments: 1, settled: 0 });
    expect((await readCsv(database, of)).map((row) => [row.money, row.amount_atomic])).toEqual([
      ["submitting", ""],
    ]);
    expect((await readPayment(db, own, paymentId))?.settlement).toBeNull();

    await db.insert(settlements).values({ ...settlement, id: newId() });
    await db
      .update(payments)
      .set({ money: "settled", settledAt: settlement.blockTime })
      .where(eq(payments.id, paymentId));
    const [again] = await totalsByAsset(db, of);
    expect(again).toMatchObject({ units: 7n, payments: 1, settled: 1 });
    expect((await readCsv(database, of)).map((row) => row.amount_atomic)).toEqual(["7"]);
  });

  it("draws a day without a settlement as zero, and the 25-hour day as one bar", async () => {
    const { bars } = await revenueByTime(db, { ...scope, endpointId: newId() }, buckets(range).buckets);
    expect(bars.map((bar) => bar.total)).toEqual([0n, 0n, 0n, 0n, 0n, 0n, 0n]);
    expect(bars.map((bar) => (bar.until.getTime() - bar.from.getTime()) / 3_600_000)).toEqual([
      24, 24, 24, 24, 25, 24, 24,
    ]);
  });

  it("gives the five largest endpoints a colour and adds up the others", async () => {
    const { series } = await revenueByTime(db, scope, buckets(range).buckets);
    expect(series).toHaveLength(6);
    expect(series.at(-1)).toMatchObject({ endpointId: null });
    const own = series.slice(0, 5).map((one) => one.units);
    expect(own).toEqual([...own].sort((a, b) => (a < b ? 1 : -1)));
  });

  it("compares exactly: new, unchanged, half, many times", () => {
    expect(changeSince(0n, 0n)).toEqual({ kind: "none" });
    expect(changeSince(0n, 1n)).toEqual({ kind: "new" });
    expect(changeSince(3n, 2n)).toEqual({ kind: "ratio", tenthsOfPercent: -333n });
    expect(changeSince(10n ** 30n, 3n * 10n ** 30n)).toEqual({ kind: "ratio", tenthsOfPercent: 2000n });
  });

  it("counts only payments that ended toward the paid rate", () => {
    expect(paidRate({ settled: 0, void: 0 })).toBeNull();
    expect(paidRate({ settled: 2, void: 1 })).toBe(666);
  });
});

describe("the list of payments", () => {
  it("pages back to the rows it came from", async () => {
    const first = await listPayments(db, scope, { limit: 10 });
    const second = await listPayments(db, scope, { before: first.older ?? "", limit: 10 });
    const back = await listPayments(db, scope, { after: second.newer ?? "", limit: 10 });
    expect(back.rows.map((row) => row.id)).toEqual(first.rows.map((row) => row.id));
    expect([first.newer, back.newer]).toEqual([null, null]);
    expect(second.rows).toHaveLength(10);
  });

  it.each([
    "'; drop table payments --",
    "2026-02-30T00:00:00.000000Z_01a1fe99-e08a-774e-950b-f90bf2aafa87",
    "2026-02-28T25:00:00:00.000000Z_01a1fe99-e08a-774e-950b-f90bf2aafa87",
    `2026-01-01T00:00:00.000000Z_${"-".repeat(36)}`,
  ])("ignores a page that was tampered with: %s", async (before) => {
    const page = await listPayments(db, scope, { before, limit: 1 });
    expect(page.rows).toHaveLength(1);
  });

  it("finds a payment by transaction hash, payer and id, and only the merchant's own", async () => {
    const [row] = (await listPayments(db, { ...scope, money: ["settled"] }, { limit: 1 })).rows;
    const txHash = row?.txHash ?? "";
    expect(txHash).toMatch(/^0x/);
    for (const search of [
      { txHash },
      { payer: [row?.payer ?? ""], endpointId: row?.endpointId },
      { paymentId: row?.id },
    ]) {
      const found = await listPayments(db, { ...scope, ...search }, { limit: 100 });
      expect(found.rows.map((each) => each.id)).toContain(row?.id);
    }
    const other = { ...scope, merchantId: await mintMerchant(database) };
    expect((await listPayments(db, { ...other, txHash }, { limit: 1 })).rows).toEqual([]);
    expect(await readPayment(db, other.merchantId, row?.id ?? "")).toBeNull();
    expect((await readPayment(db, merchantId, row?.id ?? ""))?.settlement?.txHash).toBe(txHash);
    expect(await readPayment(db, merchantId, "1; select 1")).toBeNull();
  });
});
