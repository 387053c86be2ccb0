import { type SQL, sql } from "drizzle-orm";
import { payments } from "@/lib/db/schema";
import { isId } from "@/lib/ids";
import { isDay } from "./days";
import { counted, type Scope } from "./scope";

/** A place in the order of payments: the instant it counts for to the microsecond, and its id. */
export type Cursor = string;

const CURSOR = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z)_([0-9a-f-]{36})$/;

/** The place of a payment, as a column to select. */
export const itsCursor = sql<Cursor>`to_char(${counted} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') || '_' || ${payments.id}`;

/** What of a scope lies after a place in one direction; null for a text that is no place, such as one typed into a URL. */
export function beyond(
  cursor: Cursor | undefined,
  direction: "older" | "newer",
  scope: Scope,
): { scope: Scope; past: SQL } | null {
  const [, at = "", id = ""] = CURSOR.exec(cursor ?? "") ?? [];
  const atMs = Date.parse(at);
  if (!isDay(at.slice(0, 10)) || Number.isNaN(atMs) || !isId(id)) return null;
  const isOlder = direction === "older";
  const rest = isOlder
    ? { until: new Date(Math.min(scope.until.getTime(), atMs + 1)) }
    : { from: new Date(Math.max(scope.from.getTime(), atMs)) };
  const past = sql`(${counted}, ${payments.id}) ${isOlder ? sql`<` : sql`>`} (${at}::timestamptz, ${id}::uuid)`;
  return { scope: { ...scope, ...rest }, past };
}
