import type { Metadata } from "next";
import { notFound } from "next/navigation";
import type { FormValues } from "@/app/(dashboard)/endpoints/form/values";
import { PageHead } from "@/components/ui/page-head";
import { requireSession } from "@/lib/auth/session";
import { waysToConfirm } from "@/lib/auth/ways-to-confirm";
import { type Endpoint, readEndpoint } from "@/lib/endpoints/read";
import { formatUnits } from "@/lib/money";
import { parts } from "@/lib/server/parts";
import { EditEndpoint } from "./edit-endpoint";

/** The title of the page. */
export const metadata: Metadata = { title: "Edit endpoint" };

const PRICE_DECIMALS = 6;

function valuesOf(endpoint: Endpoint): FormValues {
  return {
    name: endpoint.name,
    slug: endpoint.slug,
    description: endpoint.description,
    upstream: endpoint.upstream,
    charge: endpoint.charge,
    upstreamTimeout: String(endpoint.upstreamTimeoutMs / 1_000),
    rules: endpoint.rules.map(({ method, path, priceMicroUsd }, at) => ({
      key: `stored-${at}`,
      method,
      path,
      price: priceMicroUsd === null ? "" : formatUnits(BigInt(priceMicroUsd), PRICE_DECIMALS),
      free: priceMicroUsd === null,
    })),
    payouts: endpoint.payouts.map(({ network, payTo }) => ({ key: network, network, payTo })),
    headers: endpoint.headerNames.map((name) => ({ key: name, name, value: "", stored: true })),
  };
}

/** The form of an endpoint that exists, filled with its newest version. */
export default async function EditEndpointPage({ params }: PageProps<"/endpoints/[id]/edit">) {
  const session = await requireSession();
  const { env, database, networks } = parts();
  const [endpoint, ways] = await Promise.all([
    readEndpoint(database.db, session.merchantId, (await params).id),
    waysToConfirm(database.db, session.userId),
  ]);
  if (!endpoint) notFound();
  return (
    <>
      <PageHead
        title={`Edit ${endpoint.name}`}
        sentence={`Saving makes version ${endpoint.version + 1}. Its gateway URL stays the same.`}
      />
      <EditEndpoint
        key={endpoint.version}
        id={endpoint.id}
        version={endpoint.version}
        initial={valuesOf(endpoint)}
        context={{ networks, gatewayOrigin: env.FAREBOX_GATEWAY_ORIGIN, sellerName: session.merchantName }}
        ways={ways}
      />
    </>
  );
}
