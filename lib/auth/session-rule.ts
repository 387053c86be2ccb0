import type { Db } from "@/lib/db/client";
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
  /** When the person last proved who they are. */
  signedInAt: Date;
}

/** What a session's token says. */
export type SessionClaims = {
  userId: string;
  /** The `users.sessions_valid_from` it was made under, in milliseconds. */
  epoch: number;
  /** When the person last proved who they are, in milliseconds; a renewed token keeps it. */
  signedInAt: number;
};

/** A session ends this long after signing in, however busy it was. */
export const SESSION_LIFETIME_MS = 7 * 24 * 60 * 60_000;

/** Reads the session a token stands for; null when it is too old or its user ended their sessions since. */
export async function sessionOf(db: Db, claims: SessionClaims, nowMs = Date.now()): Promise<Session | null> {
  if (nowMs - claims.signedInAt > SESSION_LIFETIME_MS) return null;
  const member = await memberById(db, claims.userId);
  // Equal, not later: a changed password ends every session made before it, whatever the clocks of two replicas say.
  if (member?.sessionsValidFrom.getTime() !== claims.epoch) return null;
  const { userId, merchantId, merchantName, name, email, timeZone } = member;
  const signedInAt = new Date(claims.signedInAt);
  return { userId, merchantId, merchantName, name, email, timeZone, signedInAt };
}

/** Tells whether the person proved who they are within the last five minutes, for those who have no password to ask for. */
export function isFresh({ signedInAt }: Session, nowMs = Date.now()): boolean {
  return nowMs - signedInAt.getTime() < 5 * 60_000;
}
