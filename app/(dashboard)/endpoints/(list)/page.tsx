import { Plus, Route } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { StateBadge } from "@/app/(dashboard)/endpoints/state-badge";
import { ButtonLink } from "@/components/ui/button";
import { Copy } from "@/components/ui/copy";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { Table, Td, Th } from "@/components/ui/table";
import { Time } from "@/components/ui/time";
import { requireSession } from "@/lib/auth/session";
import { type Endpoint, listEndpoints } from "@/lib/endpoints/read";
import { formatUsd } from "@/lib/money";
import { parts } from "@/lib/server/parts";

export const metadata: Metadata = { title: "Endpoints" };

/** The prices of an endpoint as a range. */
function priceWords({ rules }: Endpoint): string {
  const prices = rules.flatMap(({ priceMicroUsd }) =>
    priceMicroUsd === null ? [] : [BigInt(priceMicroUsd)],
  );
  const sorted = prices.sort((a, b) => (a < b ? -1 : 1));
  const [lowest, highest] = [sorted[0], sorted.at(-1)];
  if (lowest === undefined || highest === undefined) return "Free";
  return lowest === highest ? formatUsd(lowest) : `${formatUsd(lowest)} – ${formatUsd(highest)}`;
}

/** A merchant's endpoints. */
export default async function EndpointsPage() {
  const { merchantId, timeZone } = await requireSession();
  const { env, database } = parts();
  const endpoints = await listEndpoints(database.db, merchantId);
  const create = (
    <ButtonLink href="/endpoints/new" variant="primary">
      <Plus aria-hidden />
      New endpoint
    </ButtonLink>
  );
  if (endpoints.length === 0) {
    return (
      <>
        <PageHead title="Endpoints" />
        <Empty icon={Route} title="Put a price on your first endpoint" action={create}>
          Register a URL of yours with a price and an address for the money. You get a gateway URL that
          answers 402 until a call is paid.
        </Empty>
      </>
    );
  }
  return (
    <>
      <PageHead title="Endpoints" action={create} />
      <Table label="Endpoints">
        <thead>
          <tr>
            <Th>Name</Th>
            <Th>Gateway URL</Th>
            <Th end>Price</Th>
            <Th>State</Th>
            <Th end>Edited</Th>
          </tr>
        </thead>
        <tbody>
          {endpoints.map((endpoint) => {
            const url = `${env.FAREBOX_GATEWAY_ORIGIN}/g/${endpoint.slug}`;
            return (
              <tr key={endpoint.id} className="group">
                <Td className="max-w-56 min-w-36 sm:max-w-80">
                  <Link
                    href={`/endpoints/${endpoint.id}`}
                    className="flex h-11 items-center font-medium underline-offset-3 group-hover:underline"
                  >
                    <span className="truncate">{endpoint.name}</span>
                  </Link>
                </Td>
                <Td>
                  <span title={url} className="flex items-center gap-1 font-mono whitespace-nowrap">
                    /g/{endpoint.slug}
                    <Copy text={url} label={`gateway URL of ${endpoint.name}`} />
                  </span>
                </Td>
                <Td end className="whitespace-nowrap">
                  {priceWords(endpoint)}
                </Td>
                <Td>
                  <StateBadge state={endpoint.state} />
                </Td>
                <Td end>
                  <Time at={endpoint.editedAt} timeZone={timeZone} now={new Date()} />
                </Td>
              </tr>
            );
          })}
        </tbody>
      </Table>
    </>
  );
}
