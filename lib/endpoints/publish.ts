import { and, eq } from "drizzle-orm";
import { getAddress } from "viem";
import type { Database, Db } from "@/lib/db/client";
import { prepared } from "@/lib/db/prepared";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import type { EndpointTerms, PublishedEndpoint } from "@/lib/gateway/ports";
import type { MerchantId } from "@/lib/ids";
import type { Sealer } from "@/lib/seal";
import { samePayouts } from "./sensitive";
import { openHeaders } from "./stored-headers";

/** For how long a payer may still pay by terms that were replaced. */
const GRACE_SECONDS = 120;

/** What is served of a version. */
type VersionRow = Omit<typeof endpointVersions.$inferSelect, "createdAt" | "createdBy" | "headerNames">;

/** A version of an endpoint, and what is served with it. */
interface ServedRow extends VersionRow {
  slug: string;
  merchantId: MerchantId;
  state: PublishedEndpoint["state"];
  sellerName: string;
  suspended: boolean;
}

/**
 * The versions in force under each slug, the newest first: the current one, and those of which the one that replaced them
 * is younger than the grace; the database's clock made all of them. It stands before every payment, so it is planned once.
 */
const IN_FORCE = `
  select e.slug, e.merchant_id "merchantId", e.state, m.name "sellerName", m.suspended_at is not null suspended,
    v.endpoint_id "endpointId", v.version, v.name, v.description, v.upstream, v.charge,
    v.upstream_timeout_ms "upstreamTimeoutMs", v.rules, v.payouts, v.sealed_headers "sealedHeaders"
  from json_array_elements_text($1::text::json) asked(slug)
  cross join lateral (select * from endpoints where slug = asked.slug limit 1) e
  cross join lateral (select * from merchants where id = e.merchant_id limit 1) m
  cross join lateral (
    select * from endpoint_versions v where endpoint_id = e.id and (version = e.version or exists (
      select from endpoint_versions newer where newer.endpoint_id = e.id and newer.version = v.version + 1
        and newer.created_at > now() - make_interval(secs => ${GRACE_SECONDS})
    ))
  ) v
  order by v.version desc`;

/** Finds what can be bought under a slug; null for an unknown or a deleted endpoint. */
export async function findPublished(
  db: Database["db"],
  sealer: Sealer,
  slug: string,
): Promise<PublishedEndpoint | null> {
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
  db: Database["db"],
  sealer: Sealer,
  slugs: ReadonlySet<string>,
  known: Known = () => null,
): Promise<Map<string, PublishedEndpoint | null | Error>> {
  const rows = await prepared<ServedRow>(db, IN_FORCE, [JSON.stringify([...slugs])]);
  const bySlug = new Map<string, ServedRow[]>([...slugs].map((slug) => [slug, []]));
  for (const row of rows) bySlug.get(row.slug)?.push(row);
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

/** Puts together what is served from the versions in force, the newest first. */
function toPublished(
  sealer: Sealer,
  [current, ...replaced]: readonly ServedRow[],
  known: PublishedEndpoint | null,
): PublishedEndpoint | null {
  if (!current) return null;
  const { endpointId: id, merchantId, sellerName, slug, state, suspended } = current;
  // Versions are immutable, so one that was read before is the same one still.
  const readBefore = known?.id === id ? [known.terms, ...known.graceTerms] : [];
  const termsOf = (row: ServedRow) =>
    readBefore.find(({ version }) => version === row.version) ?? toTerms(sealer, merchantId, row);
  return {
    id,
    merchantId,
    sellerName,
    slug,
    state,
    suspended,
    terms: termsOf(current),
    // An address that was replaced must get nothing more, so a version that pays another has no grace.
    graceTerms: replaced.filter(({ payouts }) => samePayouts(payouts, current.payouts)).map(termsOf),
  };
}

function toTerms(sealer: Sealer, merchantId: MerchantId, row: VersionRow): EndpointTerms {
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
