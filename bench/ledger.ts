import { randomUUID } from "node:crypto";
import type { Sql } from "postgres";
import type { Database } from "@/lib/db/client";
import { endpoints, endpointVersions, merchants } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import { rebuildTallies } from "@/lib/revenue/tally/rebuild";

/** How a merchant's payments are spread. */
export interface LedgerShape {
  network: string;
  /** Token address. */
  asset: string;
  settlements: number;
  /** Different wallets, each paying as often as the others. */
  payers: number;
  /** Evenly between these two instants. */
  from: Date;
  until: Date;
}

/** Rows of one statement. */
const CHUNK = 200_000;
const ENDPOINTS = 5;

/** Makes a merchant with five endpoints whose payments settled long ago, as the ledger leaves them; `done` is told how many there are. */
export async function bookLedger(
  { sql, db }: Pick<Database, "sql" | "db">,
  shape: LedgerShape,
  done: (settlements: number) => void = () => {},
): Promise<MerchantId> {
  const merchantId = newId() as MerchantId;
  await db.insert(merchants).values({ id: merchantId, name: `Merchant of ${shape.settlements}` });
  const endpointIds = Array.from({ length: ENDPOINTS }, () => newId());
  for (const [at, id] of endpointIds.entries()) {
    await db.insert(endpoints).values({ id, merchantId, slug: `bench-${randomUUID()}`, version: 1 });
    await db.insert(endpointVersions).values({
      endpointId: id,
      version: 1,
      name: `Endpoint ${at + 1}`,
      upstream: "https://upstream.example",
      charge: "after",
      upstreamTimeoutMs: 10_000,
      rules: [{ method: "GET", path: "/*rest", priceMicroUsd: "10000" }],
      payouts: [],
    });
  }
  for (let first = 1; first <= shape.settlements; first += CHUNK) {
    const last = Math.min(shape.settlements, first + CHUNK - 1);
    await bookChunk(sql, merchantId, endpointIds, shape, first, last);
    done(last);
  }
  while (!(await rebuildTallies(db, merchantId)));
  return merchantId;
}

/** One in a hundred payments is void, one in ten thousand owed; hashes and identities ascend, which is quickest to index. */
async function bookChunk(
  sql: Sql,
  merchantId: MerchantId,
  endpointIds: string[],
  { network, asset, settlements, payers, from, until }: LedgerShape,
  first: number,
  last: number,
): Promise<void> {
  const stepMs = (until.getTime() - from.getTime()) / settlements;
  const salt = merchantId.replaceAll("-", "");
  await sql.begin(async (tx) => {
    // No triggers: tallies are made at the end, at once.
    await tx`select set_config('session_replication_role', 'replica', true), set_config('statement_timeout', '0', true),
      set_config('synchronous_commit', 'off', true)`;
    await tx`
      with made as (
        select n, ${from.toISOString()}::timestamptz + n * ${stepMs}::float8 * interval '1 ms' as at,
          md5(${salt} || n) as noise, (${`{${endpointIds.join()}}`}::uuid[])[1 + n % ${ENDPOINTS}] as endpoint_id,
          '0x' || substr(md5(${salt} || 'payer' || n % ${payers}) || md5('payer' || n % ${payers}), 1, 40) as payer,
          case n % 3 when 0 then 1000 when 1 then 10000 else 250000 end as amount, n % 100 = 0 as is_void
        from generate_series(${first}::int, ${last}::int) n
      ), paid as (
        select *, '0x' || lpad(to_hex(n), 12, '0') || substr(${salt} || noise, 1, 52) as hash,
          (lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || substr(noise, 1, 3) || '8'
            || substr(noise, 4, 15))::uuid as id
        from made
      ), booked as (
        insert into payments (id, identity, digest, fingerprint, merchant_id, endpoint_id, endpoint_version, rule, method,
          path, query, protocol, scheme, network, asset, payer, pay_to, amount, "authorization", valid_before, charge,
          money, delivery, attempt, upstream_status, presented_at, claimed_at, answered_at, submitted_at, settled_at, voided_at)
        select id, decode(${salt} || lpad(to_hex(n), 32, '0'), 'hex'), decode(md5(hash) || noise, 'hex'),
          decode(noise || noise, 'hex'), ${merchantId}, endpoint_id, 1, 'GET /*rest', 'GET', '/items/' || n, 'page=1', 2,
          'exact', ${network}, ${asset}, payer, ${asset}, amount,
          jsonb_build_object('to', ${asset}::text, 'from', payer, 'value', amount::text, 'validAfter', '0', 'validBefore',
            '1900000000', 'nonce', '0x' || noise || noise, 'signature', '0x' || repeat(noise, 4) || '1b'),
          extract(epoch from at)::bigint + 60, 'after', case when is_void then 'void' else 'final' end,
          case when is_void or n % 10000 = 7 then 'failed' else 'ready' end, 1, 200, at - interval '1 s',
          case when is_void then at else at - interval '900 ms' end, at - interval '700 ms', at - interval '600 ms',
          case when is_void then null else at end, case when is_void then at end
        from paid
      )
      insert into settlements (id, payment_id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
        pay_to, amount, tx_hash, log_index, block_number, block_hash, block_time, created_at)
      select id, id, ${merchantId}, endpoint_id, 1, ${network}, ${asset}, 'exact', payer, ${asset}, amount, hash, 0, n,
        hash, at, at
      from paid where not is_void`;
  });
}
