import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";
import type { MerchantId } from "@/lib/ids";
import { rebuildTallies } from "@/lib/revenue/tally/rebuild";
import type { House, Stall } from "./house";
import type { Step } from "./progress";

/** Whose payments are to be found in a ledger, and how many. */
interface Book extends Stall {
  payments: number;
}

const AT_ONCE = 250_000;
const TABLES = ["payments", "settlements"];

/**
 * Fills a house's ledger as a year of sales would have: settled, delivered, final payments spread evenly over the last 365
 * days in the order of their time, by 5,000 payers. Indexes are made afterwards, which is faster than row by row.
 */
export async function fillBooks(house: House, books: readonly Book[], step: Step): Promise<void> {
  const sql = postgres(house.databaseUrl, { max: 1, onnotice: () => {} });
  try {
    // Nothing is checked row by row here, neither by triggers nor by references: these rows are known to be whole.
    await sql.unsafe("set session_replication_role = replica; set synchronous_commit = off");
    await sql.unsafe("set maintenance_work_mem = '1GB'; set statement_timeout = 0");
    const remake = await dropIndexes(sql);
    for (const [of, book] of books.entries()) await fill(sql, house, of, book, step);
    for (const statement of remake) {
      step(statement.slice(0, 90));
      await sql.unsafe(statement);
    }
    step("vacuum analyze");
    for (const table of TABLES) await sql.unsafe(`vacuum (analyze) ${table}`);
    step("tallies");
    for (const { merchantId } of books) await tally(house, merchantId as MerchantId);
    await sql.unsafe("vacuum (analyze) payment_tallies");
  } finally {
    await sql.end();
  }
}

/** Drops what would be kept up to date row by row, primary keys apart; gives the statements that make it again. */
async function dropIndexes(sql: Sql): Promise<string[]> {
  const constraints = await sql<{ of: string; name: string; definition: string }[]>`
    select conrelid::regclass::text of, conname name, pg_get_constraintdef(oid) definition from pg_constraint
    where contype = 'u' and conrelid::regclass::text = any(${TABLES})`;
  for (const { of, name } of constraints) await sql.unsafe(`alter table ${of} drop constraint ${name}`);
  const indexes = await sql<{ name: string; definition: string }[]>`
    select indexrelid::regclass::text name, pg_get_indexdef(indexrelid) definition from pg_index
    where not indisprimary and indrelid::regclass::text = any(${TABLES})`;
  for (const { name } of indexes) await sql.unsafe(`drop index ${name}`);
  return [
    ...constraints.map(
      ({ of, name, definition }) => `alter table ${of} add constraint ${name} ${definition}`,
    ),
    ...indexes.map(({ definition }) => definition),
  ];
}

/** Makes tallies of what came past the triggers that keep them; a worker may be at others right now. */
async function tally({ parts }: House, merchantId: MerchantId): Promise<void> {
  while (!(await rebuildTallies(parts.database.db, merchantId))) await sleep(50);
}

async function fill(
  sql: Sql,
  house: House,
  of: number,
  { merchantId, endpointIds, payments }: Book,
  step: Step,
) {
  const [network] = house.parts.env.FAREBOX_NETWORKS;
  const chain = house.parts.chains.get(network?.network ?? "");
  if (!chain) throw new Error("There is no chain");
  const { id, token } = chain.network;
  for (let from = 1; from <= payments; from += AT_ONCE) {
    const to = Math.min(payments, from + AT_ONCE - 1);
    if (payments >= AT_ONCE) step(`payments ${from} to ${to} of ${payments}`);
    await sql`
      with made as materialized (
        select n, now() - interval '365 days' * ((${payments}::int - n) / ${payments}::float8) as made_at,
          sha256(convert_to(${String(of)} || ' ' || n, 'UTF8')) as hash,
          (${endpointIds}::uuid[])[1 + n % ${endpointIds.length}] as endpoint_id,
          '0x' || substr(encode(sha256(int4send(n % 5000)), 'hex'), 1, 40) as payer,
          (array[1000, 10000, 10000, 50000, 250000])[1 + n % 5] as amount
        from generate_series(${from}::int, ${to}::int) n
      ), named as (
        select *, encode(hash, 'hex') as hex,
          lpad(to_hex((extract(epoch from made_at) * 1000)::bigint), 12, '0') || '7' as front
        from made
      ), booked as (
        insert into payments (id, identity, digest, fingerprint, merchant_id, endpoint_id, endpoint_version, rule, method,
          path, query, protocol, scheme, network, asset, payer, pay_to, amount, "authorization", valid_before, charge,
          money, delivery, upstream_status, presented_at, claimed_at, answered_at, submitted_at, settled_at)
        select (front || substr(hex, 1, 3) || '8' || substr(hex, 4, 15))::uuid, hash, sha256(hash), hash, ${merchantId},
          endpoint_id, 1, 'GET /now', 'GET', '/now', '', 2, 'exact', ${id}, ${token.address}, payer, ${house.payTo},
          amount, jsonb_build_object('from', payer, 'to', ${house.payTo}::text, 'value', amount::text, 'validAfter', '0',
            'validBefore', '1800000000', 'nonce', '0x' || hex, 'signature', '0x' || hex || hex || '1b'),
          1800000000, 'after', 'final', 'ready', 200, made_at - interval '904 ms', made_at - interval '900 ms',
          made_at - interval '780 ms', made_at - interval '769 ms', made_at
        from named
      )
      insert into settlements (id, payment_id, merchant_id, endpoint_id, endpoint_version, network, asset, scheme, payer,
        pay_to, amount, tx_hash, log_index, block_number, block_hash, block_time)
      select (front || substr(hex, 20, 3) || '9' || substr(hex, 4, 15))::uuid,
        (front || substr(hex, 1, 3) || '8' || substr(hex, 4, 15))::uuid, ${merchantId}, endpoint_id, 1, ${id},
        ${token.address}, 'exact', payer, ${house.payTo}, amount, '0x' || hex, 0,
        -- Before the chain's first block: what sweeps the chain has nothing to look for there.
        n - ${payments}::int - 1, '0x' || hex, made_at
      from named`;
  }
}
