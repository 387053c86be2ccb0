import { createHash, randomBytes } from "node:crypto";
import { and, eq, gt, lt, sql } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { sessions } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";
import { memberById } from "@/lib/merchants/member";

/** A person at work for their merchant. */
export interface Session {
  userId: string;
  merchantId: MerchantId;
  merchantName: string;
  name: string;
  email: string | null;
  /** IANA name. */
  timeZone: string;
  /** Runs this Farebox. */
  operator: boolean;
  /** Signed in, or confirmed, within the last five minutes. */
  fresh: boolean;
  /** Proved again who they are within the last five minutes; signing in with a password or wallet is not enough. */
  confirmed: boolean;
}

/** A session ends this long after signing in, however busy it was. */
export const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60_000;

const LIFETIME = sql`make_interval(secs => ${SESSION_LIFETIME_MS / 1_000})`;
const MAX_IDLE = sql`interval '12 hours'`;
const STEP_UP = sql`interval '5 minutes'`;
/** How long an id still counts when another took its place: for requests that were already on their way. */
const OVERLAP = sql`interval '10 seconds'`;

const hashOf = (id: string) => createHash("sha256").update(id).digest();
const running = (id: string) =>
  and(
    eq(sessions.idHash, hashOf(id)),
    gt(sessions.endsAt, sql`now()`),
    gt(sessions.seenAt, sql`now() - ${MAX_IDLE}`),
  );

const newSessionId = () => randomBytes(32).toString("base64url");

/** Starts a session under a new id, so that none planted before is worth anything after (fixation), and returns the id. */
export async function startSession(
  db: Db,
  userId: string,
  { confirmed = false }: { confirmed?: boolean } = {},
): Promise<string> {
  await db.delete(sessions).where(lt(sessions.endsAt, sql`now()`));
  const id = newSessionId();
  await db.insert(sessions).values({
    idHash: hashOf(id),
    userId,
    endsAt: sql`now() + ${LIFETIME}`,
    confirmedAt: confirmed ? sql`now()` : null,
  });
  return id;
}

/** Reads the session of an id; null when it was ended, was idle for 12 hours, or began 7 days ago. */
export async function sessionOf(db: Db, id: string): Promise<Session | null> {
  const [row] = await db
    .select({
      userId: sessions.userId,
      fresh: sql<boolean>`greatest(started_at, confirmed_at) > now() - ${STEP_UP}`,
      confirmed: sql<boolean>`coalesce(confirmed_at > now() - ${STEP_UP}, false)`,
      unseen: sql<boolean>`seen_at < now() - interval '1 minute'`,
    })
    .from(sessions)
    .where(running(id));
  const member = row && (await memberById(db, row.userId));
  if (!member) return null;
  if (row.unseen) await db.update(sessions).set({ seenAt: sql`now()` }).where(running(id));
  const { fresh, confirmed } = row;
  const { userId, merchantId, merchantName, name, email, timeZone, operator } = member;
  return { userId, merchantId, merchantName, name, email, timeZone, operator, fresh, confirmed };
}

/**
 * Notes that the person proved again who they are, and moves the session to a new id, which is returned: a cookie that
 * was stolen before must not rise with it. Null when there is no such session any more.
 */
export async function confirmSession(db: Db, id: string): Promise<string | null> {
  const [left] = await db
    .update(sessions)
    .set({ endsAt: sql`least(ends_at, now() + ${OVERLAP})` })
    .where(running(id))
    .returning({ userId: sessions.userId, startedAt: sessions.startedAt });
  if (!left) return null;
  const next = newSessionId();
  await db.insert(sessions).values({
    ...left,
    idHash: hashOf(next),
    endsAt: sql`${left.startedAt.toISOString()}::timestamptz + ${LIFETIME}`,
    confirmedAt: sql`now()`,
  });
  return next;
}

/** Ends a session, in every replica at once. */
export async function endSession(db: Db, id: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.idHash, hashOf(id)));
}

/** Ends every session of a person. */
export async function endSessionsOf(db: Db, userId: string): Promise<void> {
  await db.delete(sessions).where(eq(sessions.userId, userId));
}
