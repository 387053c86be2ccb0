import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { users } from "@/lib/db/schema";

/** Makes the person with this email, in the form it is stored in, an operator, or one no more; false when there is none. */
export async function setOperator(db: Db, email: string, operator: boolean): Promise<boolean> {
  const changed = await db
    .update(users)
    .set({ operator })
    .where(eq(users.email, email))
    .returning({ id: users.id });
  return changed.length === 1;
}

/** Whether a person runs this Farebox; read anew each time, so that a revoked role ends now. */
export async function isOperator(db: Db, userId: string): Promise<boolean> {
  const [row] = await db.select({ operator: users.operator }).from(users).where(eq(users.id, userId));
  return row?.operator === true;
}
