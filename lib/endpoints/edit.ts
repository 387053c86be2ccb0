import { and, eq, ne } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import { isId, type MerchantId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import type { EndpointDraft } from "./parse";
import { isSensitive } from "./sensitive";
import { sealHeaders } from "./stored-headers";
import { termsOf } from "./terms-of";

/** An edit of an endpoint: what it was made from, by whom, and whether they proved who they are again just now. */
export interface Edit {
  endpointId: string;
  /** The version the form was filled with. */
  fromVersion: number;
  userId: string;
  draft: EndpointDraft;
  identityConfirmed: boolean;
}

/**
 * What came of an edit. `stale`: somebody else edited the endpoint meanwhile, nothing was changed. `unconfirmed`: it
 * moves money or secrets, so ask for the password or the wallet and send it again.
 */
export type Edited =
  | { ok: true; version: number }
  | { ok: false; reason: "not_found" | "stale" | "unconfirmed" };

/** Stores an edit as the next version of the endpoint; of two edits of one version, the database lets one through. */
export async function editEndpoint(
  db: Db,
  sealer: Sealer,
  merchantId: MerchantId,
  { endpointId, fromVersion, userId, draft, identityConfirmed }: Edit,
): Promise<Edited> {
  if (!isId(endpointId)) return { ok: false, reason: "not_found" };
  const own = and(
    eq(endpoints.id, endpointId),
    eq(endpoints.merchantId, merchantId),
    ne(endpoints.state, "deleted"),
  );
  const current = and(
    eq(endpointVersions.endpointId, endpoints.id),
    eq(endpointVersions.version, endpoints.version),
  );
  const [before] = await db
    .select({
      version: endpointVersions.version,
      payouts: endpointVersions.payouts,
      upstream: endpointVersions.upstream,
      headerNames: endpointVersions.headerNames,
      sealedHeaders: endpointVersions.sealedHeaders,
    })
    .from(endpoints)
    .innerJoin(endpointVersions, current)
    .where(own);
  if (!before) return { ok: false, reason: "not_found" };
  if (before.version !== fromVersion) return { ok: false, reason: "stale" };
  if (!identityConfirmed && isSensitive(before, draft)) return { ok: false, reason: "unconfirmed" };

  const version = fromVersion + 1;
  const owner = { merchantId, endpointId };
  const { sealed, names } = sealHeaders(sealer, owner, draft.headers, before.sealedHeaders);
  return db.transaction(async (tx) => {
    const moved = await tx
      .update(endpoints)
      .set({ version })
      .where(and(own, eq(endpoints.version, fromVersion)))
      .returning({ id: endpoints.id });
    if (moved.length === 0) return { ok: false, reason: "stale" };
    await tx.insert(endpointVersions).values({
      ...termsOf(draft),
      endpointId,
      version,
      sealedHeaders: sealed,
      headerNames: names,
      createdBy: userId,
    });
    return { ok: true, version };
  });
}
