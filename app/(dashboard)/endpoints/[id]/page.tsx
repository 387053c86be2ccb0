import { ArrowLeftRight, Pencil } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { Suspense } from "react";
import { StateBadge } from "@/app/(dashboard)/endpoints/state-badge";
import { currentMode } from "@/app/(dashboard)/mode";
import { networkLooks } from "@/app/(dashboard)/view";
import { PaymentsTable } from "@/components/payments-table";
import { ButtonLink } from "@/components/ui/button";
import { Copy } from "@/components/ui/copy";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { Section } from "@/components/ui/section";
import { requireSession } from "@/lib/auth/session";
import { NETWORKS } from "@/lib/chain/networks";
import { examplePath } from "@/lib/endpoints/call-path";
import { listVersions, readEndpoint } from "@/lib/endpoints/read";
import { formatUsd } from "@/lib/money";
import { listPayments } from "@/lib/revenue/list";
import { parts } from "@/lib/server/parts";
import { EndpointMenu } from "./endpoint-menu";
import { LiveOffer, LiveOfferSkeleton } from "./live-offer";
import { PayoutsTable } from "./payouts-table";
import { RulesTable } from "./rules-table";
import { SnippetTabs } from "./snippet-tabs";
import { snippetsFor } from "./snippets";
import { TestPaymentSection } from "./test-payment/section";
import { Versions } from "./versions";

export const metadata: Metadata = { title: "Endpoint" };

const RECENT = 8;
const BEGINNING = new Date(0);

/** One endpoint: its gateway URL, a test payment, how to call it, what it answers now, and what became of its calls. */
export default async function EndpointPage({ params, searchParams }: PageProps<"/endpoints/[id]">) {
  const { merchantId, timeZone } = await requireSession();
  const [{ id }, { snippet }] = await Promise.all([params, searchParams]);
  const { env, database, networks } = parts();
  const endpoint = await readEndpoint(database.db, merchantId, id);
  if (!endpoint) notFound();
  const now = new Date();
  const mode = await currentMode();
  const scope = { merchantId, networks: mode.networks.map((network) => network.id), endpointId: id };
  const [versions, recent] = await Promise.all([
    listVersions(database.db, merchantId, id),
    listPayments(database.db, { ...scope, from: BEGINNING, until: now }, { limit: RECENT }),
  ]);

  const gatewayUrl = `${env.FAREBOX_GATEWAY_ORIGIN}/g/${endpoint.slug}`;
  const rules = endpoint.rules.map((rule, at) => ({ ...rule, at }));
  const priced = rules.flatMap(({ at, method, path, priceMicroUsd }) =>
    priceMicroUsd === null ? [] : [{ at, method, path, price: formatUsd(BigInt(priceMicroUsd)) }],
  );
  const first = rules.find(({ priceMicroUsd }) => priceMicroUsd !== null) ?? rules[0];
  const call = {
    url: `${gatewayUrl}${first ? examplePath(first.path) : "/"}`,
    method: !first || first.method === "*" ? "GET" : first.method,
    priceMicroUsd: first?.priceMicroUsd ? BigInt(first.priceMicroUsd) : null,
  };
  const known = [...networks, ...NETWORKS.filter((other) => !networks.some((own) => own.id === other.id))];

  return (
    <>
      <PageHead
        title={endpoint.name}
        sentence={endpoint.description || undefined}
        action={
          <>
            <ButtonLink href={`/endpoints/${id}/edit`}>
              <Pencil aria-hidden />
              Edit
            </ButtonLink>
            <EndpointMenu id={id} name={endpoint.name} state={endpoint.state} />
          </>
        }
      />
      <div className="flex flex-col gap-10">
        <div className="flex flex-col gap-3">
          <div className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2 rounded-card border border-line bg-surface py-2.5 pr-2.5 pl-4">
            <p className="min-w-0">
              <span className="flex items-center gap-3 text-small text-muted">
                Gateway URL
                <StateBadge state={endpoint.state} />
              </span>
              <span className="font-mono wrap-anywhere">{gatewayUrl}</span>
            </p>
            <Copy text={gatewayUrl} label="gateway URL" words="Copy" />
          </div>
          <p className="text-small text-muted">
            Give this to your callers. Each call goes on to{" "}
            <span className="font-mono">{endpoint.upstream}</span> once it is paid.
          </p>
        </div>
        <TestPaymentSection
          endpoint={endpoint}
          gatewayUrl={gatewayUrl}
          priced={priced}
          networks={networks}
          hasWallet={env.FAREBOX_TEST_PAYER_KEY !== undefined}
        />
        <div className="grid items-start gap-x-8 gap-y-10 xl:grid-cols-2">
          <Section title="Call it from code">
            <SnippetTabs
              snippets={snippetsFor(call, endpoint.name)}
              chosen={Array.isArray(snippet) ? snippet[0] : snippet}
            />
          </Section>
          <Section
            title="What it answers now"
            sentence="Asked just now at the gateway URL, without a payment."
          >
            <Suspense fallback={<LiveOfferSkeleton />}>
              <LiveOffer
                url={call.url}
                method={call.method}
                networks={known}
                retryHref={`/endpoints/${id}`}
              />
            </Suspense>
          </Section>
          <Section
            title="Rules"
            sentence="The first rule that matches decides; a path that none matches is not found."
          >
            <RulesTable rules={endpoint.rules} />
          </Section>
          <Section title="Payouts" sentence="Where payers send the money.">
            <PayoutsTable payouts={endpoint.payouts} networks={known} taken={networks} />
          </Section>
        </div>
        <Section
          title="Recent payments"
          action={
            recent.rows.length > 0 && (
              <Link
                href={`/payments?endpoint=${endpoint.slug}&range=all`}
                className="font-medium underline underline-offset-3"
              >
                All payments
              </Link>
            )
          }
        >
          {recent.rows.length === 0 ? (
            <Empty icon={ArrowLeftRight} title={`No ${mode.mode === "test" ? "test" : "live"} payments yet`}>
              {mode.mode === "test"
                ? "Send a test payment above; it appears here."
                : "Payments with real money appear here as they arrive."}
            </Empty>
          ) : (
            <PaymentsTable
              rows={recent.rows}
              networks={networkLooks(mode.networks)}
              timeZone={timeZone}
              now={now}
            />
          )}
        </Section>
        <Section
          title="Versions"
          sentence="Every edit is a version. A payer who was quoted an older price can still pay it for two minutes."
        >
          <Versions versions={versions} timeZone={timeZone} />
        </Section>
      </div>
    </>
  );
}
