import { ArrowLeft, Banknote, FlaskConical } from "lucide-react";
import type { Metadata } from "next";
import Link from "next/link";
import { notFound } from "next/navigation";
import { currentMode } from "@/app/(dashboard)/mode";
import { networkLooks } from "@/app/(dashboard)/view";
import { DeliveryStatus, MoneyStatus } from "@/components/payment-status";
import { Amount } from "@/components/ui/amount";
import { Badge } from "@/components/ui/badge";
import { Notice } from "@/components/ui/notice";
import { Section } from "@/components/ui/section";
import { requireSession } from "@/lib/auth/session";
import { NETWORKS, networkById } from "@/lib/chain/networks";
import { meaningOf } from "@/lib/revenue/meaning";
import { readPayment } from "@/lib/revenue/payment";
import { parts } from "@/lib/server/parts";
import { AuthorizationFacts, RequestFacts } from "./request";
import { Settlement } from "./settlement";
import { stepsOf } from "./steps";
import { Timeline } from "./timeline";

/** The title of the page. */
export const metadata: Metadata = { title: "Payment" };

/** One payment: what it means, what happened, and all that is known of it. */
export default async function PaymentPage({ params }: { params: Promise<{ id: string }> }) {
  const session = await requireSession();
  const { id } = await params;
  const detail = await readPayment(parts().database.db, session.merchantId, id);
  if (!detail) notFound();
  const { payment, terms } = detail;
  const { mode, networks } = await currentMode();
  const network = networkLooks([...NETWORKS, ...networks]).get(payment.network);
  // A link may lead here from the other mode.
  const test = networkById(payment.network)?.test === true;
  const meaning = meaningOf(payment, new Date());
  return (
    <div className="flex flex-col gap-6">
      <header>
        <Link
          href="/payments"
          className="mb-3 inline-flex min-h-8 items-center gap-1.5 text-small text-muted hover:text-text"
        >
          <ArrowLeft aria-hidden className="size-3.5" />
          Payments
        </Link>
        <h1 className="text-figure wrap-anywhere">
          {network ? (
            <Amount units={payment.amount} decimals={network.decimals} symbol={network.symbol} />
          ) : (
            payment.amount.toString()
          )}
        </h1>
        <p className="mt-1 flex flex-wrap items-center gap-x-4 gap-y-1">
          <MoneyStatus money={payment.money} />
          <DeliveryStatus money={payment.money} delivery={payment.delivery} />
          {test && (
            <Badge tone="test" icon={FlaskConical}>
              Test network
            </Badge>
          )}
          {!test && mode === "test" && (
            <Badge tone="info" icon={Banknote}>
              Live money
            </Badge>
          )}
          <span className="min-w-0 text-small wrap-anywhere text-muted">
            {terms.name}, <code className="font-mono">{`${payment.method} ${payment.path}`}</code>
          </span>
        </p>
      </header>
      <Notice tone={meaning.tone} title={meaning.title}>
        <p>{meaning.sentence}</p>
        {meaning.todo && <p className="mt-1 font-medium text-text">{meaning.todo}</p>}
      </Notice>
      <div className="grid items-start gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-6">
          <Section title="Timeline">
            <Timeline steps={stepsOf(detail)} timeZone={session.timeZone} />
          </Section>
          <RequestFacts detail={detail} timeZone={session.timeZone} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <Settlement detail={detail} network={network} timeZone={session.timeZone} />
          <AuthorizationFacts detail={detail} network={network} timeZone={session.timeZone} />
        </div>
      </div>
    </div>
  );
}
