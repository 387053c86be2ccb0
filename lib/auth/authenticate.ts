import { eq } from "drizzle-orm";
import type { Address } from "viem";
import type { Database, Db } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import { readEmail } from "@/lib/merchants/email";
import { userOf } from "./identities";
import { verifyPassword } from "./passwords";
import { type SiweProof, type SiweTerms, verifySiwe } from "./siwe";

/** Who signed in. A session carries the epoch of its user and ends when that changes. */
export interface SignedIn {
  userId: string;
  /** `users.sessions_valid_from` in milliseconds. */
  epoch: number;
}

async function signedIn(db: Db, userId: string): Promise<SignedIn> {
  const [user] = await db.select({ from: users.sessionsValidFrom }).from(users).where(eq(users.id, userId));
  if (!user) throw new Error(`User ${userId} was just read and is gone`);
  return { userId, epoch: user.from.getTime() };
}

/** Signs in with email and password; an unknown email and a wrong password look and cost the same. */
export async function withPassword(db: Db, email: string, password: string): Promise<SignedIn | null> {
  const [user] = await db
    .select({ id: users.id, passwordHash: users.passwordHash, from: users.sessionsValidFrom })
    .from(users)
    .where(eq(users.email, readEmail(email) ?? ""));
  const right = await verifyPassword(password, user?.passwordHash ?? null);
  return user && right ? { userId: user.id, epoch: user.from.getTime() } : null;
}

/** Signs in with a wallet; the first time it opens an account named after the address. */
export async function withWallet(
  db: Database["db"],
  terms: SiweTerms,
  proof: SiweProof,
): Promise<SignedIn | null> {
  const address = await verifySiwe(db, terms, "sign-in", proof);
  if (address === null) return null;
  return signedIn(db, await userOf(db, { provider: "wallet", subject: address }, shortened(address)));
}

/** Signs in with a GitHub account that GitHub vouched for; the first time it opens an account under its name. */
export async function withGithub(
  db: Database["db"],
  github: { id: string; name: string },
): Promise<SignedIn> {
  return signedIn(db, await userOf(db, { provider: "github", subject: github.id }, github.name));
}

function shortened(address: Address): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
