import { sql } from "drizzle-orm";
import { PgDialect } from "drizzle-orm/pg-core";
import type { SessionSettings } from "@/lib/db/copy-out";
import { itsSettlement } from "@/lib/db/its-settlement";
import { endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { type ExportContext, exportColumns } from "./columns";
import { counted, type Scope, within } from "./scope";

/**
 * Settings of the session a file is read in: row by row along the index of its order, so that the first is there at once
 * and the server sorts and keeps nothing, on one core, however many rows there are. What is quoted stands as it was.
 */
export const EXPORT_SETTINGS: SessionSettings = {
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_bitmapscan: "off",
  enable_sort: "off",
  max_parallel_workers_per_gather: 0,
  jit: "off",
  default_transaction_read_only: "on",
  standard_conforming_strings: "on",
};

const dialect = new PgDialect();

/** The statement that writes a scope as CSV without its head: every cell quoted, lines ended by LF, in the session's time zone. */
export function exportStatement(scope: Scope, context: ExportContext): string {
  const cells = exportColumns(context).map(
    ([name, value]) => sql`coalesce((${value})::text, '') as ${sql.identifier(name)}`,
  );
  const statement = sql`
    copy (
      select ${sql.join(cells, sql`, `)}
      from ${payments}
      left join ${settlements} on ${itsSettlement}
      join ${endpoints} on ${endpoints.id} = ${payments.endpointId}
      join ${endpointVersions} on ${endpointVersions.endpointId} = ${endpoints.id}
        and ${endpointVersions.version} = ${endpoints.version}
      where ${within(scope)}
      order by ${counted}, ${payments.id}
    ) to stdout (format csv, force_quote *)`;
  // COPY knows no parameters. Each value is a literal in quotes, whose own quotes are doubled.
  return dialect.sqlToQuery(statement.inlineParams()).sql;
}

/** The first line of the file: the names of its columns. */
export function exportHead(context: ExportContext): Uint8Array {
  const names = exportColumns(context).map(([name]) => `"${name}"`);
  return Buffer.from(`${names.join(",")}\r\n`);
}
