import { ArrowLeft, ArrowRight, Download, ReceiptText, SearchX } from "lucide-react";
import type { Metadata } from "next";
import { RangeTabs } from "@/app/(dashboard)/range-tabs";
import { networkLooks, readQuery, readView, type SearchParams } from "@/app/(dashboard)/view";
import { PaymentsTable } from "@/components/payments-table";
import { ButtonLink } from "@/components/ui/button";
import { Empty } from "@/components/ui/empty";
import { PageHead } from "@/components/ui/page-head";
import { requireSession } from "@/lib/auth/session";
import { queryWith } from "@/lib/revenue/filters";
import { listPayments } from "@/lib/revenue/list";
import { totalsByAsset } from "@/lib/revenue/totals";
import { parts } from "@/lib/server/parts";
import { filterFields, isNarrowed, withoutFilters } from "./filter-fields";
import { FilterForm } from "./filter-form";
import { TotalsLine } from "./totals-line";

const ROWS = 50;

/** The title of the page. */
export const metadata: Metadata = { title: "Payments" };

/** Every payment of the mode that the query means, its sum, and the same set as CSV. */
export default async function PaymentsPage({ searchParams }: { searchParams: SearchParams }) {
  const session = await requireSession();
  const query = await readQuery(searchParams);
  const view = await readView(session, query, "30d");
  const { scope, range, now } = view;
  const { db } = parts().database;
  const { before, after } = query;
  const [page, totals] = await Promise.all([
    listPayments(db, scope, { before, after, limit: ROWS }),
    totalsByAsset(db, scope),
  ]);
  const networks = networkLooks(view.networks);
  const count = totals.reduce((sum, total) => sum + total.payments, 0);
  const unread = Object.keys(view.problems).length > 0;
  const csv = `/payments/export${queryWith(query, {})}`;
  return (
    <>
      <PageHead
        title="Payments"
        sentence={`Times are in ${range.timeZone}.`}
        action={
          <RangeTabs
            path="/payments"
            query={query}
            range={range}
            names={["today", "7d", "30d", "90d", "all", "custom"]}
          />
        }
      />
      <FilterForm key={queryWith(query, {})} fields={filterFields(query, view)} />
      <div className="mt-4 flex flex-col gap-4">
        {page.rows.length > 0 ? (
          <>
            <PaymentsTable rows={page.rows} networks={networks} timeZone={range.timeZone} now={now} />
            <footer className="flex flex-wrap items-center justify-between gap-3">
              <TotalsLine totals={totals} networks={networks} />
              <div className="flex flex-wrap gap-2">
                {page.newer && (
                  <ButtonLink href={`/payments${queryWith(query, { after: page.newer })}`}>
                    <ArrowLeft aria-hidden />
                    Newer
                  </ButtonLink>
                )}
                {page.older && (
                  <ButtonLink href={`/payments${queryWith(query, { before: page.older })}`}>
                    Older
                    <ArrowRight aria-hidden />
                  </ButtonLink>
                )}
                <ButtonLink href={csv} prefetch={false} download>
                  <Download aria-hidden />
                  Download {count.toLocaleString("en-GB")} {count === 1 ? "row" : "rows"}
                </ButtonLink>
              </div>
            </footer>
          </>
        ) : isNarrowed(query) ? (
          <Empty
            icon={SearchX}
            title={unread ? "The filter cannot be read" : "No payment matches"}
            action={<ButtonLink href={withoutFilters(query)}>Clear the filter</ButtonLink>}
          >
            {unread
              ? "Correct the field marked above."
              : "Nothing in this range has all that is asked for above."}
          </Empty>
        ) : (
          <Empty
            icon={ReceiptText}
            title={range.name === "all" ? "No payments yet" : "No payments in this range"}
            action={
              range.name === "all" ? (
                <ButtonLink href="/endpoints">Go to your endpoints</ButtonLink>
              ) : (
                <ButtonLink href="/payments?range=all">Look at all time</ButtonLink>
              )
            }
          >
            {range.name === "all"
              ? "Every payment a caller presents appears here at once. Send a test payment from one of your endpoints to see the first."
              : "Callers presented none in these days."}
          </Empty>
        )}
      </div>
    </>
  );
}
