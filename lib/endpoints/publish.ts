import { and, desc, eq, inArray, sql } from "drizzle-orm";
import { getAddress } from "viem";
import type { Db } from "@/lib/db/client";
import { endpoints, endpointVersions, merchants } from "@/lib/db/schema";
import type { EndpointTerms, PublishedEndpoint } from "@/lib/gateway/ports";
import type { MerchantId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import { samePayouts } from "./sensitive";
import { openHeaders } from "./stored-headers";

/** For how long a payer may still pay by terms that were replaced. */
const GRACE_SECONDS = 120;

/** A version still counts while the one that replaced it is younger than the grace; the database's clock made both. */
const inForce = sql`(${endpointVersions.version} = ${endpoints.version} or exists (
  select from endpoint_versions newer where newer.endpoint_id = ${endpoints.id}
    and newer.version = ${endpointVersions.version} + 1
    and newer.created_at > now() - make_interval(secs => ${GRACE_SECONDS})))`;

/** Finds what can be bought under a slug; null for an unknown or a deleted endpoint. */
export async function findPublished(db: Db, sealer: Sealer, slug: string): Promise<PublishedEndpoint | null> {
  const served = (await findServed(db, sealer, new Set([slug]))).get(slug) ?? null;
  if (served instanceof Error) throw served;
  return served?.state === "deleted" ? null : served;
}

/** What was served under a slug when it was last read; null for an unknown slug. */
export type Known = (slug: string) => PublishedEndpoint | null | undefined;

/**
 * Finds what the gateway serves under each of some slugs, in one query, deleted endpoints included; null for an unknown
 * slug, an Error for an endpoint that cannot be read. Versions that are known already are not taken apart again.
 */
export async function findServed(
  db: Db,
  sealer: Sealer,
  slugs: ReadonlySet<string>,
  known: Known = () => null,
): Promise<Map<string, PublishedEndpoint | null | Error>> {
  const rows = await db
    .select({
      endpoint: endpoints,
      version: endpointVersions,
      sellerName: merchants.name,
      suspendedAt: merchants.suspendedAt,
    })
    .from(endpoints)
    .innerJoin(merchants, eq(merchants.id, endpoints.merchantId))
    .innerJoin(endpointVersions, eq(endpointVersions.endpointId, endpoints.id))
    .where(and(inArray(endpoints.slug, [...slugs]), inForce))
    .orderBy(desc(endpointVersions.version));
  const bySlug = new Map<string, ServedRow[]>([...slugs].map((slug) => [slug, []]));
  for (const row of rows) bySlug.get(row.endpoint.slug)?.push(row);
  const served = new Map<string, PublishedEndpoint | null | Error>();
  for (const [slug, found] of bySlug) {
    try {
      served.set(slug, toPublished(sealer, found, known(slug) ?? null));
    } catch (error) {
      served.set(slug, error instanceof Error ? error : new Error(String(error)));
    }
  }
  return served;
}

interface ServedRow {
  endpoint: typeof endpoints.$inferSelect;
  version: typeof endpointVersions.$inferSelect;
  sellerName: string;
  suspendedAt: Date | null;
}

/** Puts together what is served from the versions in force, the newest first. */
function toPublished(
  sealer: Sealer,
  [current, ...replaced]: readonly ServedRow[],
  known: PublishedEndpoint | null,
): PublishedEndpoint | null {
  if (!current) return null;
  const { endpoint, sellerName, suspendedAt } = current;
  // Versions are immutable, so one that was read before is the same one still.
  const readBefore = known?.id === endpoint.id ? [known.terms, ...known.graceTerms] : [];
  const termsOf = ({ version }: ServedRow) =>
    readBefore.find((terms) => terms.version === version.version) ??
    toTerms(sealer, endpoint.merchantId, version);
  return {
    id: endpoint.id,
    merchantId: endpoint.merchantId,
    sellerName,
    slug: endpoint.slug,
    state: endpoint.state,
    suspended: suspendedAt !== null,
    terms: termsOf(current),
    // An address that was replaced must get nothing more, so a version that pays another has no grace.
    graceTerms: replaced
      .filter(({ version }) => samePayouts(version.payouts, current.version.payouts))
      .map(termsOf),
  };
}

function toTerms(
  sealer: Sealer,
  merchantId: MerchantId,
  row: typeof endpointVersions.$inferSelect,
): EndpointTerms {
  return {
    version: row.version,
    name: row.name,
    description: row.description,
    upstream: row.upstream,
    charge: row.charge,
    upstreamTimeoutMs: row.upstreamTimeoutMs,
    rules: row.rules.map(({ method, path, priceMicroUsd }) => ({
      method,
      path,
      priceMicroUsd: priceMicroUsd === null ? null : BigInt(priceMicroUsd),
    })),
    payouts: row.payouts.map(({ network, payTo }) => ({ network, payTo: getAddress(payTo) })),
    secretHeaders: openHeaders(sealer, { merchantId, endpointId: row.endpointId }, row.sealedHeaders),
  };
}

/** Reads one version of an endpoint, current or not, for a payment that was claimed under it. */
export async function findTerms(
  db: Db,
  sealer: Sealer,
  endpointId: string,
  version: number,
): Promise<EndpointTerms> {
  const [row] = await db
    .select({ merchantId: endpoints.merchantId, version: endpointVersions })
    .from(endpointVersions)
    .innerJoin(endpoints, eq(endpoints.id, endpointVersions.endpointId))
    .where(and(eq(endpointVersions.endpointId, endpointId), eq(endpointVersions.version, version)));
  if (!row) throw new Error(`Endpoint ${endpointId} has no version ${version}`);
  return toTerms(sealer, row.merchantId, row.version);
}
