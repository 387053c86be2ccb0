import { passwordFault } from "@/lib/auth/password-rule";
import { hashPassword } from "@/lib/auth/passwords";
import type { Database } from "@/lib/db/client";
import { readEmail } from "./email";
import { checkName } from "./names";
import { type Account, openAccount } from "./open-account";

/** What came of signing up: the new account, null when the email has one already, or a sentence per wrong field. */
export type SignedUp =
  | { ok: true; account: Account | null }
  | { ok: false; errors: { name?: string; email?: string; password?: string } };

/**
 * Opens an account with email and password. A taken email is no error and changes nothing, and it costs the same work:
 * callers on the web answer the same in both cases and let the sign-in that follows decide, whose refusal never says
 * why. Somebody who signs up twice with the same password is therefore simply signed in.
 */
export async function signUp(
  db: Database["db"],
  typed: { name: string; email: string; password: string },
): Promise<SignedUp> {
  const name = checkName(typed.name);
  const email = readEmail(typed.email);
  const weak = passwordFault(typed.password, [typed.email.trim(), typed.name.trim()]);
  if (!name.ok || email === null || weak !== null) {
    return {
      ok: false,
      errors: {
        ...(name.ok ? {} : { name: name.reason }),
        ...(email === null ? { email: "Enter an email address, such as ada@example.com." } : {}),
        ...(weak === null ? {} : { password: weak }),
      },
    };
  }
  const passwordHash = await hashPassword(typed.password);
  const account = await db.transaction((tx) => openAccount(tx, { name: name.name, email, passwordHash }));
  return { ok: true, account };
}
