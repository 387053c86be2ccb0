import { asc, eq, type SQL } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { memberships, merchants, users } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** A person as they act for their merchant. */
export interface Member {
  userId: string;
  merchantId: MerchantId;
  merchantName: string;
  name: string;
  email: string | null;
  /** IANA name. */
  timeZone: string;
  hasPassword: boolean;
  /** Runs this Farebox. */
  operator: boolean;
}

async function memberWhere(db: Db, who: SQL): Promise<Member | null> {
  const [row] = await db
    .select({
      userId: users.id,
      merchantId: merchants.id,
      merchantName: merchants.name,
      name: users.name,
      email: users.email,
      timeZone: users.timeZone,
      passwordHash: users.passwordHash,
      operator: users.operator,
    })
    .from(users)
    .innerJoin(memberships, eq(memberships.userId, users.id))
    .innerJoin(merchants, eq(merchants.id, memberships.merchantId))
    .where(who)
    .orderBy(asc(merchants.id))
    .limit(1);
  if (!row) return null;
  const { passwordHash, ...member } = row;
  return { ...member, hasPassword: passwordHash !== null };
}

/** Reads the person with this user id and the merchant they act for. */
export function memberById(db: Db, userId: string): Promise<Member | null> {
  return memberWhere(db, eq(users.id, userId));
}

/** Reads the person with this email, in the form it is stored in. */
export function memberByEmail(db: Db, email: string): Promise<Member | null> {
  return memberWhere(db, eq(users.email, email));
}
