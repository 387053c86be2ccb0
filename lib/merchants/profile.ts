import { eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { merchants, users } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** Renames a merchant; payers see the new name at once. The name must be checked. */
export async function renameMerchant(db: Db, merchantId: MerchantId, name: string): Promise<void> {
  await db.update(merchants).set({ name }).where(eq(merchants.id, merchantId));
}

/** Changes what a person said about themselves. The name must be checked. */
export async function editUser(
  db: Db,
  userId: string,
  change: { name?: string; timeZone?: string },
): Promise<void> {
  await db.update(users).set(change).where(eq(users.id, userId));
}
