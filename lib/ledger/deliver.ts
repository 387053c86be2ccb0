import { and, eq, gt, type SQL, sql } from "drizzle-orm";
import type { Database, Db } from "@/lib/db/client";
import { groupCommit } from "@/lib/db/group-commit";
import { payments } from "@/lib/db/schema";
import type { Answer, ClaimedPayment } from "@/lib/gateway/ports";
import type { Sealer } from "@/lib/seal";
import type { ReasonCode } from "@/lib/x402/reasons";
import { sealAnswer } from "./answer";

/** How long an answer can be fetched again with its payment, from when it was given and from when it was paid for. */
export const KEEP_HOURS = 24;

/** Longer answers travel by themselves. */
const GROUPED_BYTES = 32_768;

/** A row of a statement about claims: whose, and under which lease. */
interface OfClaim {
  id: string;
  lease: string;
}

/**
 * Locks those payments of many claims that are still theirs, in the order of their ids, as every statement about many
 * does: whoever lost its lease must change nothing. Gives `ours`: the rows that follow id and lease as `columns`.
 */
function lockOurs(rows: readonly OfClaim[], columns: SQL, guard: SQL): SQL {
  const inOrder = [...rows].sort((a, b) => (a.id < b.id ? -1 : 1));
  return sql`given as (
      select * from json_to_recordset(${JSON.stringify(inOrder)}::text::json) g (id uuid, lease text${columns})
    ), ours as materialized (
      select given.* from given cross join lateral (
        select from payments p where p.id = given.id and p.lease_owner = given.lease and ${guard} for update
      ) still
    )`;
}

/** Which of many claims a statement changed, as it returned their payments. */
function changedOf(rows: readonly OfClaim[], changed: readonly Record<string, unknown>[]): boolean[] {
  const ids = new Set(changed.map(({ id }) => id));
  return rows.map(({ id }) => ids.has(id));
}

/** Opens the keeping of answers: each is stored and marked ready in one statement; false when the lease was lost. */
export function openKeeping(db: Db, sealer: Sealer) {
  interface Kept extends OfClaim {
    status: number;
    content_type: string | null;
    size_bytes: number;
    sealed: string;
  }
  async function keepAll(rows: readonly Kept[]): Promise<boolean[]> {
    const columns = sql`, status int, content_type text, size_bytes int, sealed text`;
    const changed = await db.execute(sql`
      with ${lockOurs(rows, columns, sql`p.lease_until > now() and p.delivery = 'pending'`)},
      kept as (
        update payments set delivery = 'ready', answered_at = now(), upstream_status = ours.status
        from ours where payments.id = ours.id
      )
      insert into answers (payment_id, status, content_type, size_bytes, sealed, expires_at)
      select id, status, content_type, size_bytes, decode(sealed, 'base64'), now() + make_interval(hours => ${KEEP_HOURS})
      from ours
      returning payment_id as id`);
    return changedOf(rows, changed);
  }
  const grouped = groupCommit(keepAll);
  return async ({ id, lease }: ClaimedPayment, answer: Answer): Promise<boolean> => {
    const { status, headers, body } = answer;
    const type = headers.find(([name]) => name.toLowerCase() === "content-type");
    const sealed = sealAnswer(sealer, id, answer).toString("base64");
    const row = { id, lease, status, content_type: type?.[1] ?? null, size_bytes: body.byteLength, sealed };
    return body.byteLength > GROUPED_BYTES ? (await keepAll([row]))[0] === true : grouped(row);
  };
}

/** Notes that a 2xx status line came and its body streams; false when the lease was lost. */
export async function beginStream(db: Db, payment: ClaimedPayment, upstreamStatus: number): Promise<boolean> {
  const stillOurs = and(
    eq(payments.id, payment.id),
    eq(payments.leaseOwner, payment.lease),
    gt(payments.leaseUntil, sql`now()`),
  );
  const changed = await db
    .update(payments)
    .set({ delivery: "streaming", answeredAt: sql`now()`, upstreamStatus })
    .where(and(stillOurs, eq(payments.delivery, "pending")))
    .returning({ id: payments.id });
  return changed.length === 1;
}

/** Opens the ending of attempts that gave no answer, with their leases given back; a no-op for who lost its lease. */
export function openFailing(db: Db) {
  const failAll = async (rows: readonly (OfClaim & { reason: ReasonCode; status: number | null })[]) => {
    const guard = sql`p.lease_until > now() and p.delivery in ('pending', 'streaming')`;
    const failed = await db.execute(sql`
      with ${lockOurs(rows, sql`, reason text, status int`, guard)}
      update payments set delivery = 'failed', reason = ours.reason, upstream_status = ours.status,
        lease_owner = null, lease_until = null
      from ours where payments.id = ours.id
      returning payments.id`);
    return changedOf(rows, failed);
  };
  const grouped = groupCommit(failAll);
  return async (
    { id, lease }: ClaimedPayment,
    reason: ReasonCode,
    upstreamStatus?: number,
  ): Promise<void> => {
    await grouped({ id, lease, reason, status: upstreamStatus ?? null });
  };
}

/** Opens the giving back of leases. */
export function openReleasing(db: Database["db"]) {
  const releaseAll = async (rows: readonly OfClaim[]) => {
    const released = await db.execute(sql`
      with ${lockOurs(rows, sql``, sql`true`)}
      update payments set lease_owner = null, lease_until = null
      from ours where payments.id = ours.id
      returning payments.id`);
    return changedOf(rows, released);
  };
  const grouped = groupCommit(releaseAll);
  return async ({ id, lease }: OfClaim): Promise<void> => {
    await grouped({ id, lease });
  };
}
