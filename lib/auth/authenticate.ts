import { eq } from "drizzle-orm";
import type { Address } from "viem";
import type { Database, Db } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import { readEmail } from "@/lib/merchants/email";
import { userOf } from "./identities";
import { limitPasswordTries } from "./limits";
import { verifyPassword } from "./passwords";
import { type SiweProof, type SiweTerms, verifySiwe } from "./siwe";

/** Who signed in, or why nobody did. */
export type SignedIn = { ok: true; userId: string } | { ok: false; reason: "refused" | "too_many" };

/**
 * Signs in with email and password from an address of the network. An unknown email and a wrong password look and cost
 * the same, and are counted alike.
 */
export async function withPassword(
  db: Db,
  email: string,
  password: string,
  address: string,
): Promise<SignedIn> {
  const account = readEmail(email) ?? "";
  let userId = "";
  const verdict = await limitPasswordTries(db, { account: `email ${account}`, address }, async () => {
    const [user] = await db
      .select({ id: users.id, passwordHash: users.passwordHash })
      .from(users)
      .where(eq(users.email, account));
    userId = user?.id ?? "";
    return verifyPassword(password, user?.passwordHash ?? null);
  });
  if (verdict === "right") return { ok: true, userId };
  return { ok: false, reason: verdict === "too_many" ? "too_many" : "refused" };
}

/** Signs in with a wallet; the first time it opens an account named after the address. */
export async function withWallet(db: Database["db"], terms: SiweTerms, proof: SiweProof): Promise<SignedIn> {
  const address = await verifySiwe(db, terms, "sign-in", proof);
  if (address === null) return { ok: false, reason: "refused" };
  const userId = await userOf(db, { provider: "wallet", subject: address }, shortened(address));
  return { ok: true, userId };
}

/** Signs in with a GitHub account that GitHub vouched for and returns the user; the first time it opens an account under its name. */
export function withGithub(db: Database["db"], github: { id: string; name: string }): Promise<string> {
  return userOf(db, { provider: "github", subject: github.id }, github.name);
}

function shortened(address: Address): string {
  return `${address.slice(0, 6)}…${address.slice(-4)}`;
}
