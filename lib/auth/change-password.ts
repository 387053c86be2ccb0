import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import { provePassword } from "./identity-proof";
import { passwordFault } from "./password-rule";
import { hashPassword } from "./passwords";
import { endSessionsOf } from "./sessions";

/** What came of changing a password: nothing more to say, or a sentence per wrong field. */
export type PasswordChanged = { ok: true } | { ok: false; errors: { current?: string; next?: string } };

/** Changes a password and ends every session of the user; the caller starts another where it was changed. */
export async function changePassword(
  db: Db,
  userId: string,
  typed: { current: string; next: string },
): Promise<PasswordChanged> {
  const [user] = await db
    .select({ email: users.email, name: users.name })
    .from(users)
    .where(eq(users.id, userId));
  const proof = await provePassword(db, userId, typed.current);
  const weak = passwordFault(typed.next, [user?.email ?? "", user?.name ?? ""]);
  const same = typed.current === typed.next ? "Choose a password that differs from the current one." : null;
  const fault = weak ?? same;
  if (!proof.ok || fault !== null) {
    return {
      ok: false,
      errors: {
        ...(proof.ok ? {} : { current: proof.reason }),
        ...(fault === null ? {} : { next: fault }),
      },
    };
  }
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(typed.next) })
    .where(eq(users.id, userId));
  // After the new hash stands, or a sign-in with the old password could slip in between and stay.
  await endSessionsOf(db, userId);
  return { ok: true };
}
