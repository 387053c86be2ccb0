import type { Db } from "@/lib/db/client";
import { memberships, merchants, users } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";

/** A person and the merchant they act for. */
export interface Account {
  userId: string;
  merchantId: MerchantId;
}

/** Opens an account: a user who owns a new merchant; null when another user has the email. Run it in a transaction. */
export async function openAccount(
  tx: Db,
  person: { name: string; email: string | null; passwordHash: string | null },
): Promise<Account | null> {
  const userId = newId();
  const added = await tx
    .insert(users)
    .values({ id: userId, ...person })
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  if (added.length === 0) return null;
  // A new id is a merchant's once its row exists.
  const merchantId = newId() as MerchantId;
  await tx.insert(merchants).values({ id: merchantId, name: person.name });
  await tx.insert(memberships).values({ userId, merchantId, role: "owner" });
  return { userId, merchantId };
}
