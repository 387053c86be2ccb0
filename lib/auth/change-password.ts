import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { users } from "@/lib/db/schema";
import type { SignedIn } from "./authenticate";
import { passwordFault } from "./password-rule";
import { hashPassword, verifyPassword } from "./passwords";

/** What came of changing a password: the epoch of new sessions, or a sentence per wrong field. */
export type PasswordChanged =
  | { ok: true; signedIn: SignedIn }
  | { ok: false; errors: { current?: string; next?: string } };

/** Changes a password and ends every session of the user; the caller renews the one it was changed in. */
export async function changePassword(
  db: Db,
  userId: string,
  typed: { current: string; next: string },
): Promise<PasswordChanged> {
  const [user] = await db.select().from(users).where(eq(users.id, userId));
  const right = await verifyPassword(typed.current, user?.passwordHash ?? null);
  const weak = passwordFault(typed.next, [user?.email ?? "", user?.name ?? ""]);
  const same = typed.current === typed.next ? "Choose a password that differs from the current one." : null;
  const fault = weak ?? same;
  if (!right || fault !== null) {
    return {
      ok: false,
      errors: {
        ...(right ? {} : { current: "This is not your current password." }),
        ...(fault === null ? {} : { next: fault }),
      },
    };
  }
  const sessionsValidFrom = new Date();
  await db
    .update(users)
    .set({ passwordHash: await hashPassword(typed.next), sessionsValidFrom })
    .where(eq(users.id, userId));
  return { ok: true, signedIn: { userId, epoch: sessionsValidFrom.getTime() } };
}
