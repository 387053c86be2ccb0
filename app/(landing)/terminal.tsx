import type { ReactNode } from "react";
import type { Showcase } from "./showcase";

function Screen({ title, children, caption }: { title: string; children: ReactNode; caption: ReactNode }) {
  return (
    <figure className="flex min-w-0 flex-col overflow-hidden rounded-card border border-line bg-surface">
      <div className="border-b border-line bg-sunken px-4 py-2 text-small font-medium text-muted">
        {title}
      </div>
      <pre className="flex-1 px-4 py-3 font-mono text-small wrap-anywhere whitespace-pre-wrap">
        {children}
      </pre>
      <figcaption className="border-t border-line px-4 py-2 text-small text-muted">{caption}</figcaption>
    </figure>
  );
}

function Line({ name, children }: { name: string; children: ReactNode }) {
  return (
    <>
      <span className="text-muted">{name}: </span>
      {children}
      {"\n"}
    </>
  );
}

/** One call of this instance, unpaid and paid, side by side as a terminal shows it. */
export function Terminal({ showcase }: { showcase: Showcase }) {
  const { url, tookMs, required, paid } = showcase;
  const [offer] = required.accepts;
  return (
    <div className="grid gap-4 lg:grid-cols-2">
      <Screen
        title="Without a payment"
        caption={`Fetched from this Farebox a moment ago, in ${tookMs} ms. The offer is decoded from the header.`}
      >
        <span className="text-muted">$ </span>curl -i {url}
        {"\n\n"}
        <span className="font-medium text-warning">HTTP/1.1 402 Payment Required</span>
        {"\n"}
        <Line name="PAYMENT-REQUIRED">
          {offer ? JSON.stringify({ ...offer, extra: undefined }, null, 2) : "{}"}
        </Line>
      </Screen>
      <Screen
        title="With a signed payment"
        caption={
          paid
            ? `The last answer that was paid for: ${paid.amount} settled in block ${paid.block} on ${paid.network}, ${new Date(paid.at).toUTCString()}.`
            : "Nobody has paid for this call yet, so there is no answer to show."
        }
      >
        <span className="text-muted">$ </span>curl -i {url} -H "PAYMENT-SIGNATURE: …"
        {"\n\n"}
        {paid ? (
          <>
            <span className="font-medium text-positive">
              HTTP/1.1 {paid.status} {paid.statusText}
            </span>
            {"\n"}
            <Line name="PAYMENT-RESPONSE">
              {JSON.stringify(
                { success: true, transaction: `${paid.txHash.slice(0, 18)}…`, network: offer?.network },
                null,
                2,
              )}
            </Line>
            {"\n"}
            {paid.body}
          </>
        ) : (
          <span className="text-muted">Waiting for the first payment.</span>
        )}
      </Screen>
    </div>
  );
}
