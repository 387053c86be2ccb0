import { and, eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { identities, users } from "@/lib/db/schema";
import { limitPasswordTries } from "./limits";
import { verifyPassword } from "./passwords";
import { type SiweProof, type SiweTerms, verifySiwe } from "./siwe";

/** Whether a signed-in person proved again who they are; `reason` is a sentence for them. */
export type IdentityProof = { ok: true } | { ok: false; reason: string };

/** Checks the password of a person who is signed in; guesses are counted, for the one who types may be a thief. */
export async function provePassword(db: Db, userId: string, password: string): Promise<IdentityProof> {
  const verdict = await limitPasswordTries(db, { account: `user ${userId}` }, async () => {
    const [user] = await db.select({ hash: users.passwordHash }).from(users).where(eq(users.id, userId));
    return verifyPassword(password, user?.hash ?? null);
  });
  if (verdict === "right") return { ok: true };
  if (verdict === "wrong") return { ok: false, reason: "This is not your password." };
  return { ok: false, reason: "Too many wrong passwords. Wait a minute, then try again." };
}

/** Checks a message signed by one of the wallets of a person who is signed in. */
export async function proveWallet(
  db: Db,
  terms: SiweTerms,
  userId: string,
  proof: SiweProof,
): Promise<IdentityProof> {
  const address = await verifySiwe(db, terms, "confirm", proof);
  if (address === null) return { ok: false, reason: "The signature was not accepted. Sign again." };
  const [own] = await db
    .select({ subject: identities.subject })
    .from(identities)
    .where(
      and(eq(identities.provider, "wallet"), eq(identities.subject, address), eq(identities.userId, userId)),
    );
  return own ? { ok: true } : { ok: false, reason: "This wallet is not linked to your account." };
}
