import { and, asc, eq, sql } from "drizzle-orm";
import type { Address } from "viem";
import type { Database, Db } from "@/lib/db/client";
import { identities, users } from "@/lib/db/schema";
import { openAccount } from "@/lib/merchants/open-account";

/** A way to sign in that is not a password. */
export interface Identity {
  provider: "wallet" | "github";
  /** The checksummed address, or GitHub's number of the account. */
  subject: string;
}

const is = ({ provider, subject }: Identity) =>
  and(eq(identities.provider, provider), eq(identities.subject, subject));

/** Holds an identity until the transaction ends, so that two first sign-ins at once open one account. */
async function hold(tx: Db, { provider, subject }: Identity): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${`${provider}:${subject}`}, 0))`);
}

/** Finds who signs in with an identity; the first time it opens an account under `name`. */
export function userOf(db: Database["db"], identity: Identity, name: string): Promise<string> {
  return db.transaction(async (tx) => {
    await hold(tx, identity);
    const [known] = await tx.select({ userId: identities.userId }).from(identities).where(is(identity));
    if (known) return known.userId;
    const account = await openAccount(tx, { name, email: null, passwordHash: null });
    if (account === null) throw new Error("An account without an email can always be opened");
    await tx.insert(identities).values({ ...identity, userId: account.userId });
    return account.userId;
  });
}

/** The wallets a person signs in with, in the order they were linked. */
export async function listWallets(db: Db, userId: string): Promise<{ address: Address; linkedAt: Date }[]> {
  const rows = await db
    .select({ subject: identities.subject, linkedAt: identities.createdAt })
    .from(identities)
    .where(and(eq(identities.userId, userId), eq(identities.provider, "wallet")))
    .orderBy(asc(identities.createdAt));
  return rows.map(({ subject, linkedAt }) => ({ address: subject as Address, linkedAt }));
}

/** Links a wallet whose owner just proved it; `taken` when it signs in to another account. */
export async function linkWallet(
  db: Db,
  userId: string,
  address: Address,
): Promise<{ ok: true } | { ok: false; reason: "taken" }> {
  const identity = { provider: "wallet", subject: address } as const;
  await db
    .insert(identities)
    .values({ ...identity, userId })
    .onConflictDoNothing();
  const [owner] = await db.select({ userId: identities.userId }).from(identities).where(is(identity));
  return owner?.userId === userId ? { ok: true } : { ok: false, reason: "taken" };
}

/** Unlinks a wallet, unless it is the last way this person can sign in. */
export function unlinkWallet(
  db: Database["db"],
  userId: string,
  address: string,
): Promise<{ ok: true } | { ok: false; reason: "unknown" | "last_way_in" }> {
  return db.transaction(async (tx) => {
    // The row lock makes two requests that unlink two last wallets at once take turns.
    const [user] = await tx
      .select({ email: users.email, passwordHash: users.passwordHash })
      .from(users)
      .where(eq(users.id, userId))
      .for("update");
    const own = await tx.select().from(identities).where(eq(identities.userId, userId));
    if (!own.some(({ provider, subject }) => provider === "wallet" && subject === address)) {
      return { ok: false, reason: "unknown" };
    }
    const hasPassword = user?.email != null && user.passwordHash !== null;
    if (own.length === 1 && !hasPassword) return { ok: false, reason: "last_way_in" };
    await tx.delete(identities).where(is({ provider: "wallet", subject: address }));
    return { ok: true };
  });
}
