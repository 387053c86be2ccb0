import type { PaymentRequired } from "@x402/core/types";
import { ChevronRight, FlaskConical } from "lucide-react";
import type { ReactNode } from "react";
import { Address } from "@/components/ui/address";
import { Amount } from "@/components/ui/amount";
import { Code } from "@/components/ui/code";

/** A network as a card names it. */
export interface NamedNetwork {
  id: string;
  name: string;
  test: boolean;
  token: { address: string; symbol: string; decimals: number };
  /** Without a trailing slash; null or absent when there is none. */
  explorerUrl?: string | null;
}

type Accept = PaymentRequired["accepts"][number];

function Line({ label, children }: { label: string; children: ReactNode }) {
  return (
    <div className="grid grid-cols-[88px_minmax(0,1fr)] items-baseline gap-3 py-1.5">
      <dt className="text-small text-muted">{label}</dt>
      <dd className="min-w-0 text-small wrap-anywhere">{children}</dd>
    </div>
  );
}

function Offer({ accept, networks }: { accept: Accept; networks: readonly NamedNetwork[] }) {
  const network = networks.find(({ id }) => id === accept.network);
  const known = network && network.token.address.toLowerCase() === accept.asset.toLowerCase();
  return (
    <li className="border-t border-line px-4 py-3">
      <p className="flex flex-wrap items-baseline gap-x-2">
        <span className="text-title">
          {known ? (
            <Amount units={BigInt(accept.amount)} decimals={network.token.decimals} />
          ) : (
            `${accept.amount} base units`
          )}
        </span>
        <span className="text-muted">
          {known ? `${network.token.symbol} on ${network.name}` : `${accept.asset} on ${accept.network}`}
        </span>
        {network?.test && (
          <span className="inline-flex items-center gap-1 self-center text-small font-medium text-test">
            <FlaskConical aria-hidden className="size-3.5" />
            Test network
          </span>
        )}
      </p>
      <dl className="mt-1">
        <Line label="To">
          <Address
            value={accept.payTo}
            label="payout address"
            href={network?.explorerUrl ? `${network.explorerUrl}/address/${accept.payTo}` : null}
          />
        </Line>
        <Line label="Scheme">
          {accept.scheme}, one signed transfer of the full price
          {accept.extra.paymentFlow === "upfront" && ", charged before the call"}
        </Line>
        <Line label="Valid for">{accept.maxTimeoutSeconds} seconds after signing</Line>
      </dl>
    </li>
  );
}

/** A 402 as people read it: what is sold, every way to pay for it, and the JSON an agent reads, folded. */
export function OfferCard({
  required,
  networks,
  children,
}: {
  required: PaymentRequired;
  networks: readonly NamedNetwork[];
  /** Stands in the head, at the right of the status line. */
  children?: ReactNode;
}) {
  const { url, description, serviceName } = required.resource;
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface">
      <div className="flex items-center justify-between gap-3 bg-sunken px-4 py-2">
        <p className="font-mono text-small">
          <span className="font-medium text-accent">402</span> Payment Required
        </p>
        {children}
      </div>
      <dl className="border-t border-line px-4 py-2">
        <Line label="For">
          <span className="font-mono">{url}</span>
        </Line>
        {description && <Line label="What">{description}</Line>}
        {serviceName && <Line label="Sold by">{serviceName}</Line>}
      </dl>
      {required.accepts.length === 0 && (
        <p className="border-t border-line px-4 py-3 text-small text-muted">
          No offer yet: it takes a price and a payout address.
        </p>
      )}
      <ul>
        {required.accepts.map((accept) => (
          <Offer key={`${accept.scheme} ${accept.network}`} accept={accept} networks={networks} />
        ))}
      </ul>
      <details className="group border-t border-line">
        <summary className="flex h-9 items-center gap-2 px-4 text-small text-muted hover:text-text">
          <ChevronRight aria-hidden className="size-3.5 transition-transform group-open:rotate-90" />
          As an agent reads it
        </summary>
        <Code
          text={JSON.stringify(required, null, 2)}
          label="The 402 as JSON"
          className="max-h-96 border-t border-line bg-sunken px-4 py-3"
        />
      </details>
    </div>
  );
}
