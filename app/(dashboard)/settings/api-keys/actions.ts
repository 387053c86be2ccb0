"use server";

import { revalidatePath } from "next/cache";
import type { Unconfirmed } from "@/app/(dashboard)/confirm/use-confirm";
import { type ApiKeyMade, createApiKey, revokeApiKey } from "@/lib/auth/api-keys";
import { requireSession } from "@/lib/auth/session";
import { type Proof, stepUp } from "@/lib/auth/step-up";
import { parts } from "@/lib/server/parts";

/** Makes an API key once the person has confirmed who they are; the key is in the answer and nowhere else. */
export async function makeKey(name: string, proof: Proof | null): Promise<ApiKeyMade | Unconfirmed> {
  const session = await requireSession();
  const { db } = parts().database;
  const confirmed = await stepUp(db, session, proof);
  if (!confirmed.ok) return { kind: "unconfirmed", reason: confirmed.reason };
  const made = await createApiKey(db, session.merchantId, session.userId, String(name));
  revalidatePath("/settings/api-keys");
  return made;
}

/** Revokes an API key at once; whoever holds a session may, for it only takes something away. */
export async function revokeKey(id: string): Promise<boolean> {
  const { merchantId } = await requireSession();
  const revoked = await revokeApiKey(parts().database.db, merchantId, String(id));
  revalidatePath("/settings/api-keys");
  return revoked;
}
