import { type SQL, sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { Database } from "@/lib/db/client";
import { endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { COLUMNS, type ExportContext, type ExportRow } from "./columns";
import { line } from "./csv";
import { type Scope, within } from "./scope";

const ROWS_AT_ONCE = 500;
/** Each export holds a connection of the pool for as long as its reader takes. */
const EXPORTS_AT_ONCE = 2;
/** A reader that takes longer, or stands still, is cut off and its snapshot given back. */
const LONGEST_MINUTES = 30;

let running = 0;

const utc = (instant: SQL) => sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function statement(scope: Scope): SQL {
  return sql`
    select ${payments.id} payment_id, ${settlements.id} settlement_id, ${payments.money} money,
      ${payments.delivery} delivery, ${payments.reason} reason, ${utc(sql`${payments.claimedAt}`)} created_utc,
      ${utc(sql`${settlements.blockTime}`)} settled_utc, ${payments.endpointId} endpoint_id,
      ${endpointVersions.name} endpoint_name, ${endpoints.slug} endpoint_slug, ${payments.rule} rule,
      ${payments.method} method, ${payments.path} path, ${payments.protocol} protocol, ${payments.scheme} scheme,
      ${payments.network} network, ${payments.asset} asset, ${payments.amount} price, ${settlements.amount} amount,
      ${payments.payer} payer, ${payments.payTo} pay_to, ${settlements.txHash} tx_hash,
      ${settlements.logIndex} log_index, ${settlements.blockNumber} block_number, ${payments.facilitator} facilitator,
      ${payments.endpointVersion} price_version, ${payments.upstreamStatus} upstream_status
    from ${payments}
    left join ${settlements} on ${settlements.paymentId} = ${payments.id}
    join ${endpoints} on ${endpoints.id} = ${payments.endpointId}
    join ${endpointVersions} on ${endpointVersions.endpointId} = ${endpoints.id}
      and ${endpointVersions.version} = ${endpoints.version}
    where ${within(scope)}
    order by coalesce(${payments.settledAt}, ${payments.claimedAt}), ${payments.id}`;
}

/** Whether one more export may start in this process now. */
export function mayExport(): boolean {
  return running < EXPORTS_AT_ONCE;
}

/**
 * Writes every payment of a scope as CSV, oldest first, from one snapshot. A batch is fetched only when the one before
 * it was taken, so memory stays the same however long the file is; ending the iteration early gives the connection back.
 */
export async function* exportCsv(
  { sql: pool }: Pick<Database, "sql">,
  scope: Scope,
  context: ExportContext,
): AsyncGenerator<string> {
  running += 1;
  try {
    const connection = await pool.reserve();
    try {
      await connection.unsafe(`begin isolation level repeatable read read only;
        set local statement_timeout = '${LONGEST_MINUTES}min';
        set local idle_in_transaction_session_timeout = '${LONGEST_MINUTES}min'`);
      yield line(COLUMNS.map(([name]) => name));
      const { sql: text, params } = new PgDialect().sqlToQuery(statement(scope));
      const batches = connection.unsafe<ExportRow[]>(text, params as string[]).cursor(ROWS_AT_ONCE);
      for await (const rows of batches) {
        yield rows.map((row) => line(COLUMNS.map(([, fill]) => fill(row, context)))).join("");
      }
    } finally {
      await connection.unsafe("rollback");
      connection.release();
    }
  } finally {
    running -= 1;
  }
}
