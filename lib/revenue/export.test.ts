import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { keptLog } from "@/lib/chain/fixture";
import { networkById } from "@/lib/chain/networks";
import { type Database, openDatabase } from "@/lib/db/client";
import { type MerchantId, newId } from "@/lib/ids";
import { startExport } from "./export";
import { exported, readCsv } from "./export.fixture";
import {
  mintEndpoint,
  mintMerchant,
  mintPayments,
  type PaymentSeed,
  parseCsv,
  repeatPayment,
  TEST_NETWORK,
} from "./fixture";
import type { Scope } from "./scope";

const database = openDatabase(process.env.DATABASE_URL ?? "", 4);
afterAll(() => database.close());

const at = new Date("2026-10-28T05:00:00.123Z");
const network = networkById(TEST_NETWORK);
if (!network) throw new Error("The network of the fixture is not known");
const context = { networks: new Map([[TEST_NETWORK, network]]), timeZone: "America/Havana" };

/** More than the sockets between a server and its client ever hold. */
const COPIES = 20_000;
let busy: Awaited<ReturnType<typeof merchantWith>>;

beforeAll(async () => {
  busy = await merchantWith([{}]);
  await repeatPayment(database, busy.first, COPIES - 1);
});

function scopeOf(of: MerchantId): Scope {
  const [from, until] = [new Date("2026-01-01"), new Date("2027-01-01")];
  return { merchantId: of, networks: [TEST_NETWORK], from, until };
}

/** A merchant with these payments, at an endpoint of this name. */
async function merchantWith(seeds: Partial<PaymentSeed>[], name = "Busy") {
  const own = await mintMerchant(database);
  const { id: endpointId } = await mintEndpoint(database, own, name);
  const ids = await mintPayments(
    database,
    own,
    seeds.map((seed) => ({ endpointId, at, units: 1n, ...seed })),
  );
  return { scope: scopeOf(own), endpointId, first: ids[0] ?? "" };
}

/** Copies under a name of its own, by which the server knows its sessions. */
const name = `csv ${newId()}`;
const named: Pick<Database, "copyOut"> = {
  copyOut: (statement, settings) => database.copyOut(statement, { ...settings, application_name: name }),
};
const sessions = () => database.sql<{ pid: number; wait: string | null }[]>`
  select pid, wait_event as wait from pg_stat_activity where application_name = ${name}`;

describe("the CSV", () => {
  it("has every cell quoted, its quotes doubled, its line breaks kept, and lines that end with CRLF (RFC 4180, I2)", async () => {
    const own = await merchantWith([{ path: '/say "hi",\r\nthen\ngo \\.', units: 1_230_000n }]);
    const text = await new Response(await exported(database, own.scope, context)).text();
    expect(text).toContain('"/say ""hi"",\r\nthen\ngo \\."');
    expect(text).toMatch(
      /^"settlement_id","payment_id",(".+",)+"upstream_status"\r\n("[\s\S]*",)+"200"\r\n$/,
    );
    const [row] = parseCsv(text);
    expect(row).toMatchObject({
      mode: "test",
      created_utc: "2026-10-28T04:59:59.223Z",
      settled_utc: "2026-10-28T05:00:00.123Z",
      created_local: "2026-10-28T00:59:59-04:00",
      settled_local: "2026-10-28T01:00:00-04:00",
      timezone: "America/Havana",
      protocol: "x402-v2",
      network_name: "Base Sepolia",
      asset_symbol: "USDC",
      asset_decimals: "6",
      amount_atomic: "1230000",
      amount: "1.23",
      list_price: "1.23",
      explorer_url: `https://sepolia.basescan.org/tx/${row?.tx_hash}`,
      facilitator: "",
    });
  });

  it("writes amounts exactly that no float could hold", async () => {
    const units = 123_456_789_012_345_678_901_234_567_890n;
    const own = await merchantWith([{ units }, { units: 1n }, { units: 5_000_000n }]);
    const rows = await readCsv(database, own.scope, context);
    expect(rows.map((row) => row.amount).sort()).toEqual(["0.000001", "123456789012345678901234.56789", "5"]);
  });

  it.each(["UTC", "Asia/Kathmandu", "America/St_Johns", "Australia/Lord_Howe", "Pacific/Apia"])(
    "shows the clock of %s with its offset",
    async (timeZone) => {
      const own = await merchantWith([{}]);
      const [row] = await readCsv(database, own.scope, { ...context, timeZone });
      const { created_local: text = "" } = row ?? {};
      expect(new Date(text).toISOString()).toBe("2026-10-28T04:59:59.000Z");
      const clock = new Date(text).toLocaleString("sv-SE", { timeZone }).replace(" ", "T");
      expect(text.slice(0, 19)).toBe(clock);
    },
  );

  it("never starts a formula with what another person chose (I2)", async () => {
    const harmful = [
      "=1+1",
      "+1",
      "-1",
      "@SUM(A1)",
      "\t=1",
      "\r=1",
      "\n",
      "  =1",
      "\v\f ＝1",
      "＋1",
      "－1",
      "＠x",
    ];
    harmful.push("\u3000＝1", "\u00a0=cmd", "\u2005=1", "\ufeff@x", "\u2028-1");
    const harmless = ["/now?x==1", "0xabc", "a=1", "GET /x", "日本", "1.5", "", " ", "'=1", "_-", "\u2005x="];
    const texts = [...harmful, ...harmless];
    const own = await merchantWith(
      texts.map((path) => ({ path, reason: path })),
      '=HYPERLINK("https://evil.example","pay")',
    );
    const rows = await readCsv(database, own.scope);
    const expected = [...harmful.map((text) => `'${text}`), ...harmless].sort();
    expect(rows.map((row) => row.path).sort()).toEqual(expected);
    expect(rows.map((row) => row.reason).sort()).toEqual(expected);
    expect(rows[0]?.endpoint_name).toBe('\'=HYPERLINK("https://evil.example","pay")');
  });

  it("takes nothing in a filter for SQL (SQL injection)", async () => {
    const own = await merchantWith([{}]);
    const other = await merchantWith([{}]);
    const hostile = `x') or true; drop table payments; --\\' $$`;
    expect(await readCsv(database, { ...own.scope, asset: hostile })).toEqual([]);
    expect(await readCsv(database, { ...own.scope, payer: [hostile, "' or ''='"] })).toEqual([]);
    expect(await readCsv(database, { ...own.scope, txHash: hostile })).toEqual([]);
    expect(await readCsv(database, { ...own.scope, networks: [hostile] })).toEqual([]);
    await expect(readCsv(database, { ...own.scope, endpointId: hostile })).rejects.toThrow();
    await expect(readCsv(database, { ...own.scope, asset: "\0) or true" })).rejects.toThrow();
    await expect(readCsv(database, own.scope, { ...context, timeZone: hostile })).rejects.toThrow();
    const named = { ...network, name: hostile, explorerUrl: hostile };
    const [row] = await readCsv(database, own.scope, { ...context, networks: new Map([[named.id, named]]) });
    expect(row).toMatchObject({ payment_id: own.first, network_name: hostile });
    expect(await readCsv(database, other.scope)).toHaveLength(1);
  });

  it("leaves what only a settlement has empty for a payment without one", async () => {
    const own = await merchantWith([{ money: "void" }, { money: "held" }, { money: "submitting" }]);
    const rows = await readCsv(database, own.scope, context);
    expect(rows).toHaveLength(3);
    for (const row of rows) {
      const { amount_atomic, amount, tx_hash, settled_utc, settled_local, explorer_url } = row;
      expect([amount_atomic, amount, tx_hash, settled_utc, settled_local, explorer_url].join("")).toBe("");
    }
  });

  it("holds 20,000 rows of one snapshot, taken from the database at the reader's pace (I19)", async () => {
    let rows = -1;
    let largest = 0;
    for await (const part of await exported(named, busy.scope)) {
      if (rows === -1) {
        // The server stands still while we do; and what is paid meanwhile is not in the file.
        while ((await sessions())[0]?.wait !== "ClientWrite") await sleep(5);
        await mintPayments(database, busy.scope.merchantId, [{ endpointId: busy.endpointId, at, units: 1n }]);
      }
      for (const byte of part) if (byte === 13) rows += 1;
      largest = Math.max(largest, part.length);
    }
    expect(rows).toBe(COPIES);
    expect(largest).toBeLessThan(1_000_000);
  });

  it("gives its connection back when the reader goes away, also in the middle", async () => {
    for (let time = 0; time < 6; time += 1) {
      for await (const _ of await exported(named, busy.scope)) break;
    }
    while ((await sessions()).length > 0) await sleep(5);
    expect(await readCsv(database, scopeOf(await mintMerchant(database)))).toEqual([]);
  });

  it("is broken off, never cut short in silence, when the database is lost, and the log says so (I19)", async () => {
    const log = keptLog();
    const read = async () => {
      for await (const part of await exported(named, busy.scope, context, log)) {
        if (!Buffer.from(part).includes(busy.first)) continue;
        for (const { pid } of await sessions()) await database.sql`select pg_terminate_backend(${pid}::int)`;
      }
    };
    await expect(read()).rejects.toThrow();
    expect(log.lines).toEqual([
      { event: "export.broke_off", fields: { merchantId: busy.scope.merchantId, error: expect.any(Error) } },
    ]);
    const nowhere = openDatabase("postgres://nobody@127.0.0.1:9/none", 1);
    await expect(readCsv(nowhere, busy.scope)).rejects.toThrow();
    await nowhere.close();
  });

  it("is one at a time for a merchant and four for everybody, so that the database serves paid requests", async () => {
    const start = (of: MerchantId) => startExport(database, scopeOf(of), context, keptLog());
    const merchants = await Promise.all(Array.from({ length: 4 }, () => mintMerchant(database)));
    const running = await Promise.all(merchants.map((of) => exported(database, scopeOf(of))));
    const fifth = await mintMerchant(database);
    for (const of of [...merchants, fifth]) expect(start(of)).toBeNull();
    await running[0]?.cancel();
    expect(await readCsv(database, scopeOf(fifth))).toEqual([]);
    await Promise.all(running.slice(1).map((csv) => csv.cancel()));
  });
});
