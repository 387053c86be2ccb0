import { and, asc, desc, eq, type SQL, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { itsSettlement } from "@/lib/db/its-settlement";
import { chainTxs, endpoints, endpointVersions, payments, settlements } from "@/lib/db/schema";
import { beyond, type Cursor, itsCursor } from "./cursor";
import { counted, type Scope, within } from "./scope";
import { isFinalOnly, isTallied } from "./tally/kinds-in";
import { idsOfPage } from "./tally/page";

const row = {
  id: payments.id,
  at: counted,
  cursor: itsCursor,
  endpointId: payments.endpointId,
  endpointName: endpointVersions.name,
  method: payments.method,
  path: payments.path,
  payer: payments.payer,
  network: payments.network,
  asset: payments.asset,
  amount: payments.amount,
  money: payments.money,
  delivery: payments.delivery,
  txHash: sql<
    string | null
  >`coalesce(${settlements.txHash}, ${chainTxs.hash}, ${payments.facilitatorTxHash})`,
};

const ORDERS = { asc, desc };

function read(db: Db, of: { scope: Scope; past?: SQL }, direction: "asc" | "desc", limit: number) {
  const { scope, past } = of;
  const order = ORDERS[direction];
  const where =
    isTallied(scope) && !isFinalOnly(scope)
      ? sql`${payments.id} in (${idsOfPage(scope, past, direction, limit)})`
      : and(within(scope), past);
  return db
    .select(row)
    .from(payments)
    .leftJoin(settlements, itsSettlement)
    .leftJoin(chainTxs, eq(chainTxs.id, payments.chainTxId))
    .innerJoin(endpoints, eq(endpoints.id, payments.endpointId))
    .innerJoin(
      endpointVersions,
      and(eq(endpointVersions.endpointId, endpoints.id), eq(endpointVersions.version, endpoints.version)),
    )
    .where(where)
    .orderBy(order(counted), order(payments.id))
    .limit(limit);
}

/** One payment of a list. */
export type PaymentRow = Awaited<ReturnType<typeof read>>[number];

/** Payments newest first; `older` and `newer` lead to the pages beside it, null at the ends. */
export interface PaymentPage {
  rows: PaymentRow[];
  older: Cursor | null;
  newer: Cursor | null;
}

/** Reads a page by key, so that page 1,000 is as quick as page 1 and rows that arrive meanwhile shift nothing. */
export async function listPayments(
  db: Db,
  scope: Scope,
  { before, after, limit }: { before?: Cursor; after?: Cursor; limit: number },
): Promise<PaymentPage> {
  const [older, newer] = [beyond(before, "older", scope), beyond(after, "newer", scope)];
  if (newer) {
    const found = await read(db, newer, "asc", limit + 1);
    const rows = found.slice(0, limit).reverse();
    return {
      rows,
      older: rows.at(-1)?.cursor ?? null,
      newer: found.length > limit ? (rows[0]?.cursor ?? null) : null,
    };
  }
  const found = await read(db, older ?? { scope }, "desc", limit + 1);
  const rows = found.slice(0, limit);
  return {
    rows,
    older: found.length > limit ? (rows.at(-1)?.cursor ?? null) : null,
    newer: older ? (rows[0]?.cursor ?? null) : null,
  };
}
