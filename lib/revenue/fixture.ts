import { createHash, randomBytes, randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { getAddress } from "viem";
import type { Database } from "@/lib/db/client";
import { endpoints, endpointVersions, merchants, payments, settlements } from "@/lib/db/schema";
import { allowMinutes } from "@/lib/db/transaction";
import { type MerchantId, newId } from "@/lib/ids";
import type { DeliveryState, MoneyState } from "./scope";

/** Base Sepolia and its USDC: where a payment of the fixture is made unless it says otherwise. */
export const TEST_NETWORK = "eip155:84532";
export const TEST_ASSET = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";

/** A random checksummed address. */
export function mintAddress(): string {
  return getAddress(`0x${randomBytes(20).toString("hex")}`);
}

/** Makes a merchant of its own for a test. */
export async function mintMerchant({ db }: Database, name = "Acme"): Promise<MerchantId> {
  const id = newId() as MerchantId;
  await db.insert(merchants).values({ id, name });
  return id;
}

/** Makes an endpoint with one rule. */
export async function mintEndpoint(
  { db }: Database,
  merchantId: MerchantId,
  name: string,
): Promise<{ id: string; slug: string }> {
  const id = newId();
  const slug = `e-${randomUUID()}`;
  await db.insert(endpoints).values({ id, merchantId, slug, version: 1 });
  await db.insert(endpointVersions).values({
    endpointId: id,
    version: 1,
    name,
    upstream: "https://upstream.example",
    charge: "after",
    upstreamTimeoutMs: 10_000,
    rules: [{ method: "GET", path: "/*rest", priceMicroUsd: "10000" }],
    payouts: [{ network: TEST_NETWORK, payTo: TEST_ASSET }],
  });
  return { id, slug };
}

/** A payment as a test wants it; settled and delivered unless it says otherwise. */
export interface PaymentSeed {
  endpointId: string;
  /** The time it counts for. */
  at: Date;
  units: bigint;
  payer?: string;
  network?: string;
  asset?: string;
  money?: MoneyState;
  delivery?: DeliveryState;
  path?: string;
  reason?: string;
}

const CHUNK = 1_000;

/** Books payments, and the settlement of each that is settled, as the ledger would have left them; returns their ids. */
export async function mintPayments(
  { db }: Database,
  merchantId: MerchantId,
  seeds: readonly PaymentSeed[],
): Promise<string[]> {
  const made = seeds.map((seed) => bookFrom(merchantId, seed));
  for (let from = 0; from < made.length; from += CHUNK) {
    const chunk = made.slice(from, from + CHUNK);
    await db.insert(payments).values(chunk.map((each) => each.payment));
    const settled = chunk.flatMap((each) => each.settlement ?? []);
    if (settled.length > 0) await db.insert(settlements).values(settled);
  }
  return made.map((each) => each.payment.id);
}

/** Copies a settled payment `count` times, each counting for a millisecond later; for lists that are long. */
export async function repeatPayment({ db }: Database, paymentId: string, count: number): Promise<void> {
  await db.transaction(async (tx) => {
    await allowMinutes(tx, 1);
    await tx.execute(sql`
      with copies as (
        select p, s, gen_random_uuid() id, n, p.settled_at + n * interval '1 millisecond' as later
        from payments p join settlements s on s.payment_id = p.id, generate_series(1, ${count}::int) n
        where p.id = ${paymentId}
      ), booked as (
        insert into payments select copy.* from copies, jsonb_populate_record(p, jsonb_build_object('id', id,
          'identity', '\\x' || encode(sha256(id::text::bytea), 'hex'), 'settled_at', later)) copy
      )
      insert into settlements select copy.* from copies, jsonb_populate_record(s, jsonb_build_object(
        'id', gen_random_uuid(), 'payment_id', id, 'log_index', n, 'block_time', later)) copy`);
  });
}

function bookFrom(merchantId: MerchantId, seed: PaymentSeed) {
  const { at, units, endpointId, path = "/now", network = TEST_NETWORK, asset = TEST_ASSET } = seed;
  const { money = "settled", payer = mintAddress(), reason = null } = seed;
  const { delivery = money === "void" ? "failed" : "ready" } = seed;
  const paid = money === "settled" || money === "final";
  const before = (ms: number) => new Date(at.getTime() - ms);
  const claimedAt = paid ? before(900) : at;
  const terms = {
    merchantId,
    endpointId,
    endpointVersion: 1,
    network,
    asset,
    payer,
    payTo: TEST_ASSET,
    scheme: "exact",
    amount: units,
  };
  const id = newId(at.getTime());
  const hash = (of: string) => createHash("sha256").update(of).update(id).digest();
  const payment: typeof payments.$inferInsert = {
    ...terms,
    id,
    identity: hash("identity"),
    digest: hash("digest"),
    fingerprint: hash("fingerprint"),
    rule: "GET /*rest",
    method: "GET",
    path,
    query: "",
    protocol: 2,
    authorization: { from: payer, value: units.toString(), nonce: `0x${hash("nonce").toString("hex")}` },
    validBefore: BigInt(Math.floor(at.getTime() / 1000) + 120),
    charge: delivery === "ready" ? "after" : "before",
    money,
    delivery,
    reason,
    upstreamStatus: delivery === "ready" ? 200 : delivery === "failed" ? 500 : null,
    presentedAt: new Date(claimedAt.getTime() - 4),
    claimedAt,
    answeredAt: delivery === "ready" ? new Date(claimedAt.getTime() + 120) : null,
    submittedAt: money === "held" || money === "void" ? null : new Date(claimedAt.getTime() + 131),
    settledAt: paid ? at : null,
    voidedAt: money === "void" ? new Date(claimedAt.getTime() + 140) : null,
  };
  const settlement: typeof settlements.$inferInsert = {
    ...terms,
    id: newId(at.getTime()),
    paymentId: id,
    txHash: `0x${hash("transaction").toString("hex")}`,
    logIndex: 0,
    blockNumber: BigInt(Math.floor(at.getTime() / 2000)),
    blockHash: `0x${hash("block").toString("hex")}`,
    blockTime: at,
  };
  return { payment, settlement: paid ? settlement : null };
}

/** Reads CSV as a spreadsheet does (every cell quoted, CRLF): a record for each row, by the names in the head. */
export function parseCsv(text: string): Record<string, string>[] {
  const lines = [...text.matchAll(/((?:"(?:[^"]|"")*",?)+)\r\n/g)].map(([, line = ""]) =>
    [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell = ""]) => cell.replaceAll('""', '"')),
  );
  const [head = [], ...rows] = lines;
  return rows.map((row) => Object.fromEntries(head.map((name, at) => [name, row[at] ?? ""])));
}
