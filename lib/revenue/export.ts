import { and, type SQL, sql } from "drizzle-orm";
import type { Database } from "@/lib/db/client";
import { endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { COLUMNS, type ExportContext, type ExportRow } from "./columns";
import { line } from "./csv";
import { beyond, type Cursor, itsCursor } from "./cursor";
import { counted, itsSettlement, type Scope, within } from "./scope";

const ROWS_AT_ONCE = 500;
/** Each export holds a connection of the pool for as long as its reader takes, and the gateway needs the others. */
const EXPORTS_AT_ONCE = 4;
/** A reader who takes nothing for this long, or is not done after so long, is cut off. */
const STILL_MS = 60_000;
const LONGEST_MS = 30 * 60_000;

const running = new Set<MerchantId>();

const utc = (instant: SQL) => sql`to_char(${instant} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')`;

function statement(scope: Scope, after: Cursor | undefined): SQL {
  return sql`
    select ${payments.id} payment_id, ${settlements.id} settlement_id, ${payments.money} money,
      ${payments.delivery} delivery, ${payments.reason} reason, ${utc(sql`${payments.claimedAt}`)} created_utc,
      ${utc(sql`${settlements.blockTime}`)} settled_utc, ${payments.endpointId} endpoint_id,
      ${endpointVersions.name} endpoint_name, ${endpoints.slug} endpoint_slug, ${payments.rule} rule,
      ${payments.method} method, ${payments.path} path, ${payments.protocol} protocol, ${payments.scheme} scheme,
      ${payments.network} network, ${payments.asset} asset, ${payments.amount} price, ${settlements.amount} amount,
      ${payments.payer} payer, ${payments.payTo} pay_to, ${settlements.txHash} tx_hash,
      ${settlements.logIndex} log_index, ${settlements.blockNumber} block_number, ${payments.facilitator} facilitator,
      ${payments.endpointVersion} price_version, ${payments.upstreamStatus} upstream_status, ${itsCursor} "cursor"
    from ${payments}
    left join ${settlements} on ${itsSettlement}
    join ${endpoints} on ${endpoints.id} = ${payments.endpointId}
    join ${endpointVersions} on ${endpointVersions.endpointId} = ${endpoints.id}
      and ${endpointVersions.version} = ${endpoints.version}
    where ${and(within(scope), beyond(after, "newer") ?? undefined)}
    order by ${counted}, ${payments.id}
    limit ${ROWS_AT_ONCE}`;
}

/**
 * Writes every payment of a scope as CSV, oldest first, from one snapshot; null while this merchant, or too many others,
 * read one. A batch is fetched only when the one before it was taken, so memory stays the same however long the file is;
 * a reader who goes away gives the connection back. The stream ends with an error where the file would not be whole.
 */
export function startExport(
  { db }: Pick<Database, "db">,
  scope: Scope,
  context: ExportContext,
): ReadableStream<string> | null {
  const { merchantId } = scope;
  if (running.has(merchantId) || running.size >= EXPORTS_AT_ONCE) return null;
  running.add(merchantId);
  const { readable, writable } = new TransformStream<string, string>();
  const writer = writable.getWriter();
  const take = (part: string) => withinTime(writer.write(part), STILL_MS);
  writeRows(db, scope, context, take)
    .then(() => writer.close())
    .catch((error: unknown) => writer.abort(error))
    .finally(() => running.delete(merchantId));
  return readable;
}

/** Hands the file over in parts; `take` resolves once the reader wants more. */
async function writeRows(
  db: Database["db"],
  scope: Scope,
  context: ExportContext,
  take: (part: string) => Promise<void>,
): Promise<void> {
  const until = performance.now() + LONGEST_MS;
  let begun = false;
  await db.transaction(
    async (tx) => {
      // What is undone because of a conflict runs again; but what was handed over cannot be taken back.
      if (begun) throw new Error("The export was interrupted");
      begun = true;
      // The pool's own limits are for paid requests. Between two batches the transaction is idle while the reader reads.
      await tx.execute(sql`set local statement_timeout = '30s'`);
      await tx.execute(sql.raw(`set local idle_in_transaction_session_timeout = ${STILL_MS + 5_000}`));
      await take(line(COLUMNS.map(([name]) => name)));
      for (let after: Cursor | undefined; ; ) {
        const rows = await tx.execute<ExportRow & { cursor: Cursor }>(statement(scope, after));
        if (rows.length > 0)
          await take(rows.map((row) => line(COLUMNS.map(([, fill]) => fill(row, context)))).join(""));
        if (rows.length < ROWS_AT_ONCE) return;
        if (performance.now() > until) throw new Error("The export took too long");
        after = rows.at(-1)?.cursor;
      }
    },
    { isolationLevel: "repeatable read", accessMode: "read only" },
  );
}

async function withinTime(taken: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The reader stood still")), limitMs);
  });
  await Promise.race([taken, late]).finally(() => clearTimeout(timer));
}
