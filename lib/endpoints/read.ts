import { and, desc, eq, ne, type SQL } from "drizzle-orm";
import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions, type StoredPayout, type StoredRule, users } from "@/lib/db/schema";
import { isId, type MerchantId } from "@/lib/ids";

/** An endpoint as its merchant sees it; secret headers appear by name alone. */
export interface Endpoint {
  id: string;
  slug: string;
  state: "live" | "paused";
  version: number;
  name: string;
  description: string;
  upstream: string;
  charge: "after" | "before";
  upstreamTimeoutMs: number;
  rules: StoredRule[];
  payouts: StoredPayout[];
  headerNames: string[];
  createdAt: Date;
  /** When this version was made. */
  editedAt: Date;
}

async function endpointsWhere(db: Db, merchantId: MerchantId, only?: SQL): Promise<Endpoint[]> {
  const rows = await db
    .select({
      id: endpoints.id,
      slug: endpoints.slug,
      state: endpoints.state,
      version: endpoints.version,
      name: endpointVersions.name,
      description: endpointVersions.description,
      upstream: endpointVersions.upstream,
      charge: endpointVersions.charge,
      upstreamTimeoutMs: endpointVersions.upstreamTimeoutMs,
      rules: endpointVersions.rules,
      payouts: endpointVersions.payouts,
      headerNames: endpointVersions.headerNames,
      createdAt: endpoints.createdAt,
      editedAt: endpointVersions.createdAt,
    })
    .from(endpoints)
    .innerJoin(
      endpointVersions,
      and(eq(endpointVersions.endpointId, endpoints.id), eq(endpointVersions.version, endpoints.version)),
    )
    .where(and(eq(endpoints.merchantId, merchantId), ne(endpoints.state, "deleted"), only))
    .orderBy(desc(endpoints.id));
  return rows.map(({ state, ...row }) => ({ ...row, state: state === "paused" ? "paused" : "live" }));
}

/** Lists a merchant's endpoints, the newest first; deleted ones are gone. */
export function listEndpoints(db: Db, merchantId: MerchantId): Promise<Endpoint[]> {
  return endpointsWhere(db, merchantId);
}

/** Reads one endpoint; null for an unknown id and for another merchant's alike. */
export async function readEndpoint(db: Db, merchantId: MerchantId, id: string): Promise<Endpoint | null> {
  if (!isId(id)) return null;
  const [endpoint] = await endpointsWhere(db, merchantId, eq(endpoints.id, id));
  return endpoint ?? null;
}

/** One version of an endpoint, as its history shows it. */
export interface EndpointVersion {
  version: number;
  name: string;
  description: string;
  upstream: string;
  charge: "after" | "before";
  upstreamTimeoutMs: number;
  rules: StoredRule[];
  payouts: StoredPayout[];
  headerNames: string[];
  createdAt: Date;
  /** The name of the person who made it, or null when they are gone. */
  createdBy: string | null;
}

/** Lists the versions of an endpoint, the newest first, at most 100; none for another merchant's. */
export async function listVersions(
  db: Db,
  merchantId: MerchantId,
  endpointId: string,
): Promise<EndpointVersion[]> {
  if (!isId(endpointId)) return [];
  return db
    .select({
      version: endpointVersions.version,
      name: endpointVersions.name,
      description: endpointVersions.description,
      upstream: endpointVersions.upstream,
      charge: endpointVersions.charge,
      upstreamTimeoutMs: endpointVersions.upstreamTimeoutMs,
      rules: endpointVersions.rules,
      payouts: endpointVersions.payouts,
      headerNames: endpointVersions.headerNames,
      createdAt: endpointVersions.createdAt,
      createdBy: users.name,
    })
    .from(endpointVersions)
    .innerJoin(endpoints, eq(endpoints.id, endpointVersions.endpointId))
    .leftJoin(users, eq(users.id, endpointVersions.createdBy))
    .where(
      and(eq(endpoints.id, endpointId), eq(endpoints.merchantId, merchantId), ne(endpoints.state, "deleted")),
    )
    .orderBy(desc(endpointVersions.version))
    .limit(100);
}
