import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import { type MerchantId, newId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import type { FieldErrors } from "./checked";
import type { EndpointDraft } from "./parse";
import { slugFrom } from "./slug";
import { sealHeaders } from "./stored-headers";
import { termsOf } from "./terms-of";

/** What came of creating an endpoint; a slug somebody has is an error beside its field. */
export type Created = { ok: true; id: string; slug: string } | { ok: false; errors: FieldErrors };

/** Creates an endpoint with its first version; it is live at once. */
export function createEndpoint(
  db: Db,
  sealer: Sealer,
  merchantId: MerchantId,
  userId: string,
  draft: EndpointDraft,
): Promise<Created> {
  return db.transaction(async (tx) => {
    const id = newId();
    const slug = draft.slug ?? slugFrom(draft.name);
    const inserted = await tx
      .insert(endpoints)
      .values({ id, merchantId, slug, version: 1 })
      .onConflictDoNothing({ target: endpoints.slug })
      .returning({ id: endpoints.id });
    if (inserted.length === 0) return { ok: false, errors: { slug: "This slug is taken. Choose another." } };
    const { sealed, names } = sealHeaders(sealer, { merchantId, endpointId: id }, draft.headers, null);
    await tx.insert(endpointVersions).values({
      ...termsOf(draft),
      endpointId: id,
      version: 1,
      sealedHeaders: sealed,
      headerNames: names,
      createdBy: userId,
    });
    return { ok: true, id, slug };
  });
}
