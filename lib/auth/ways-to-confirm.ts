import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { identities, users } from "@/lib/db/schema";
import { parts } from "@/lib/server/parts";

/** How a person can prove again who they are. */
export interface WaysToConfirm {
  password: boolean;
  wallet: boolean;
  /** By signing in through GitHub once more. */
  github: boolean;
}

/** Reads how a person can prove again who they are; every account has at least one way. */
export async function waysToConfirm(db: Db, userId: string): Promise<WaysToConfirm> {
  const [[user], linked] = await Promise.all([
    db.select({ passwordHash: users.passwordHash }).from(users).where(eq(users.id, userId)),
    db.select({ provider: identities.provider }).from(identities).where(eq(identities.userId, userId)),
  ]);
  const has = (wanted: string) => linked.some(({ provider }) => provider === wanted);
  return {
    password: user?.passwordHash != null,
    wallet: has("wallet"),
    github: has("github") && parts().env.FAREBOX_GITHUB_ID !== undefined,
  };
}
