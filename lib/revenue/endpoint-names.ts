import { and, eq } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import type { MerchantId } from "@/lib/ids";

/** Lists what a merchant's payments can belong to, deleted endpoints included, by name. */
export async function endpointNames(db: Db, merchantId: MerchantId) {
  return db
    .select({ id: endpoints.id, slug: endpoints.slug, state: endpoints.state, name: endpointVersions.name })
    .from(endpoints)
    .innerJoin(
      endpointVersions,
      and(eq(endpointVersions.endpointId, endpoints.id), eq(endpointVersions.version, endpoints.version)),
    )
    .where(eq(endpoints.merchantId, merchantId))
    .orderBy(endpointVersions.name, endpoints.id);
}
