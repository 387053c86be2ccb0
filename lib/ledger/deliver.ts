import { and, eq, gt, sql } from "drizzle-orm";
import type { Database, Db } from "@/lib/db/client";
import { groupCommit } from "@/lib/db/group-commit";
import { prepared } from "@/lib/db/prepared";
import { payments } from "@/lib/db/schema";
import type { Answer, ClaimedPayment } from "@/lib/gateway/ports";
import type { Sealer } from "@/lib/seal";
import type { ReasonCode } from "@/lib/x402/reasons";
import { sealAnswer } from "./answer";
import { inOrder, lockOurs, type OfClaim } from "./lock-ours";

/** How long an answer can be fetched again with its payment, from when it was given and from when it was paid for. */
export const KEEP_HOURS = 24;

/** Longer answers travel by themselves. */
const GROUPED_BYTES = 32_768;

/** Which of many claims a statement changed, as it returned their payments. */
function changedOf(rows: readonly OfClaim[], changed: readonly { id: string }[]): boolean[] {
  const ids = new Set(changed.map(({ id }) => id));
  return rows.map(({ id }) => ids.has(id));
}

const KEEP = `
  with ${lockOurs(", status int, content_type text, size_bytes int, sealed text", "p.lease_until > now() and p.delivery = 'pending'")},
  kept as (
    update payments set delivery = 'ready', answered_at = now(), upstream_status = ours.status
    from ours where payments.id = ours.id
  )
  insert into answers (payment_id, status, content_type, size_bytes, sealed, expires_at)
  select id, status, content_type, size_bytes, decode(sealed, 'base64'), now() + make_interval(hours => ${KEEP_HOURS})
  from ours
  returning payment_id id`;

/** Opens the keeping of answers: each is stored and marked ready in one statement; false when the lease was lost. */
export function openKeeping(db: Database["db"], sealer: Sealer) {
  interface Kept extends OfClaim {
    status: number;
    content_type: string | null;
    size_bytes: number;
    sealed: string;
  }
  const keepAll = async (rows: readonly Kept[]) =>
    changedOf(rows, await prepared<{ id: string }>(db, KEEP, [inOrder(rows)]));
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

const FAIL = `
  with ${lockOurs(", reason text, status int", "p.lease_until > now() and p.delivery in ('pending', 'streaming')")}
  update payments set delivery = 'failed', reason = ours.reason, upstream_status = ours.status,
    lease_owner = null, lease_until = null
  from ours where payments.id = ours.id
  returning payments.id`;

/** Opens the ending of attempts that gave no answer, with their leases given back; a no-op for who lost its lease. */
export function openFailing(db: Database["db"]) {
  const failAll = async (rows: readonly (OfClaim & { reason: ReasonCode; status: number | null })[]) =>
    changedOf(rows, await prepared<{ id: string }>(db, FAIL, [inOrder(rows)]));
  const grouped = groupCommit(failAll);
  return async (
    { id, lease }: ClaimedPayment,
    reason: ReasonCode,
    upstreamStatus?: number,
  ): Promise<void> => {
    await grouped({ id, lease, reason, status: upstreamStatus ?? null });
  };
}

const RELEASE = `
  with ${lockOurs("", "true")}
  update payments set lease_owner = null, lease_until = null
  from ours where payments.id = ours.id
  returning payments.id`;

/** Opens the giving back of leases. */
export function openReleasing(db: Database["db"]) {
  const releaseAll = async (rows: readonly OfClaim[]) =>
    changedOf(rows, await prepared<{ id: string }>(db, RELEASE, [inOrder(rows)]));
  const grouped = groupCommit(releaseAll);
  return async ({ id, lease }: OfClaim): Promise<void> => {
    await grouped({ id, lease });
  };
}
