import type { Metadata } from "next";
import { RangeTabs } from "@/app/(dashboard)/range-tabs";
import { beforeWords, rangeWords } from "@/app/(dashboard)/range-words";
import { networkLooks, readQuery, type SearchParams } from "@/app/(dashboard)/view";
import { type NetworkLook, PaymentsTable } from "@/components/payments-table";
import { ButtonLink } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { PageHead } from "@/components/ui/page-head";
import { Section } from "@/components/ui/section";
import { Tabs } from "@/components/ui/tabs";
import { requireSession } from "@/lib/auth/session";
import { formatUsd } from "@/lib/money";
import { queryWith } from "@/lib/revenue/filters";
import { parts } from "@/lib/server/parts";
import { FirstLive } from "./first-live";
import { FirstRun } from "./first-run";
import { Headline } from "./headline";
import { readOverview } from "./read";
import { Revenue } from "./revenue";

/** The title of the page. */
export const metadata: Metadata = { title: "Overview" };

const assetWords = ({ symbol, name, decimals }: NetworkLook, units: bigint) =>
  `${symbol} on ${name}, ${formatUsd(units, decimals)}`;

/** Revenue of the mode in a range, one token at a time, and the latest payments. */
export default async function OverviewPage({ searchParams }: { searchParams: SearchParams }) {
  const session = await requireSession();
  const query = await readQuery(searchParams);
  const overview = await readOverview(session, query);
  const { range, total, totals, now, owed } = overview;
  if (!overview.started) {
    const endpoint = overview.endpoints.find(({ state }) => state !== "deleted") ?? null;
    const demo = parts().env.FAREBOX_DEMO_UPSTREAM !== undefined;
    return (
      <>
        <PageHead title="Overview" />
        {overview.mode === "test" ? (
          <FirstRun endpoint={endpoint} demo={demo} />
        ) : (
          <FirstLive networks={overview.configured.map(({ name }) => name)} />
        )}
      </>
    );
  }
  const networks = networkLooks(overview.networks);
  const look = (id: string) => networks.get(id) ?? { name: id, symbol: "", decimals: 0, explorerUrl: null };
  const network = look(total.network);
  return (
    <>
      <PageHead
        title="Overview"
        sentence={`${rangeWords(range)}, in ${range.timeZone}`}
        action={
          <RangeTabs
            path="/overview"
            query={query}
            range={range}
            names={["today", "7d", "30d", "90d", "custom"]}
          />
        }
      />
      <div className="flex flex-col gap-6">
        {owed > 0 && (
          <Notice
            tone="danger"
            title={
              owed === 1 ? "1 payment is paid, not delivered" : `${owed} payments are paid, not delivered`
            }
            action={
              <ButtonLink size="small" href="/payments?range=all&money=settled,final&delivery=failed">
                See what is owed
              </ButtonLink>
            }
          >
            The money arrived and your upstream gave no answer for it.
          </Notice>
        )}
        <div className="flex flex-col gap-3">
          {totals.length > 1 && (
            <Tabs
              label="Token"
              tabs={totals.map((each) => ({
                href: `/overview${queryWith(query, { network: each.network, asset: each.asset })}`,
                label: assetWords(look(each.network), each.units),
                current: each === total,
              }))}
            />
          )}
          <Headline
            total={total}
            payers={overview.payers}
            network={network}
            change={overview.change}
            comparedWith={beforeWords(range, now)}
          />
          <Revenue
            revenue={overview.revenue}
            unit={overview.unit}
            network={network}
            range={range}
            now={now}
            total={total}
            rows={`${overview.rows}&money=settled,final`}
          />
        </div>
        <Section
          title="Latest payments"
          action={
            <ButtonLink size="small" href={`/payments${overview.rows}`}>
              See all {total.payments.toLocaleString("en-GB")}
            </ButtonLink>
          }
        >
          {overview.latest.length > 0 ? (
            <PaymentsTable rows={overview.latest} networks={networks} timeZone={range.timeZone} now={now} />
          ) : (
            <p className="rounded-card border border-dashed border-line-strong p-6 text-center text-muted">
              No payment was presented in this range. Try a longer one above.
            </p>
          )}
        </Section>
      </div>
    </>
  );
}
