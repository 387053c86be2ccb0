import { and, eq, ne } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { endpoints } from "@/lib/db/schema";
import { isId, type MerchantId } from "@/lib/ids";

/** Pauses, resumes or deletes an endpoint; false when the merchant has none of this id. Deleting is for good. */
export async function setEndpointState(
  db: Db,
  merchantId: MerchantId,
  endpointId: string,
  state: "live" | "paused" | "deleted",
): Promise<boolean> {
  if (!isId(endpointId)) return false;
  const changed = await db
    .update(endpoints)
    .set({ state })
    .where(
      and(eq(endpoints.id, endpointId), eq(endpoints.merchantId, merchantId), ne(endpoints.state, "deleted")),
    )
    .returning({ id: endpoints.id });
  return changed.length > 0;
}
