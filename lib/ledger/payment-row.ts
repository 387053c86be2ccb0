import { getTableColumns, is, SQL, sql } from "drizzle-orm";
import type { PgInsertValue } from "drizzle-orm/pg-core";
import { payments } from "@/lib/db/schema";

/** A select of one row as `insert into payments` takes it, so that a condition can follow; what is left out is null. */
export function selectPayment(values: PgInsertValue<typeof payments>): SQL {
  const given: Record<string, unknown> = values;
  const columns = Object.entries(getTableColumns(payments)).map(([key, column]) => {
    const value = given[key] ?? null;
    const encoded = value === null || is(value, SQL) ? sql`${value}` : sql`${sql.param(value, column)}`;
    return sql`(${encoded})::${sql.raw(column.getSQLType())}`;
  });
  return sql`select ${sql.join(columns, sql`, `)}`;
}
