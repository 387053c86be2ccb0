import { CircleCheck } from "lucide-react";
import Link from "next/link";
import { Address } from "@/components/ui/address";
import { Code } from "@/components/ui/code";
import type { Body } from "@/lib/server/test-payer/answer";
import type { Failed, Paid } from "@/lib/server/test-payer/events";

function pretty({ text, contentType }: { text: string; contentType: string }): string {
  if (!contentType.includes("json")) return text;
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

function BodyView({ body }: { body: Body }) {
  if (body.kind === "binary") {
    return (
      <p className="text-small text-muted">
        {body.sizeBytes.toLocaleString("en")} bytes of {body.contentType || "an unnamed type"}
        {body.cut && ", and more"}.
      </p>
    );
  }
  return (
    <Code
      wrap
      text={`${pretty(body) || "An empty answer."}${body.cut ? "\n… cut here" : ""}`}
      label="What was sent back"
      className="max-h-72 rounded-control border border-line bg-sunken px-3 py-2"
    />
  );
}

/** How a test payment ended: the answer that was paid for and its transaction, or what came instead. */
export function Result({ outcome }: { outcome: Paid | Failed }) {
  const payment = outcome.paymentId && (
    <Link href={`/payments/${outcome.paymentId}`} className="font-medium underline underline-offset-3">
      See the payment
    </Link>
  );
  if (outcome.kind === "failed") {
    if (!outcome.body && !payment) return null;
    return (
      <div className="flex flex-col gap-3">
        <h3 className="font-medium">What the caller was sent</h3>
        {outcome.body && <BodyView body={outcome.body} />}
        {payment}
      </div>
    );
  }
  return (
    <div className="flex min-w-0 flex-col gap-3">
      <p className="flex items-center gap-2 font-medium text-positive">
        <CircleCheck aria-hidden className="size-4" />
        Paid and answered
      </p>
      <BodyView body={outcome.body} />
      <p className="flex flex-wrap items-center gap-x-4 gap-y-1 text-small">
        <span className="flex items-center gap-2">
          <span className="text-muted">Transaction</span>
          <Address value={outcome.txHash} label="transaction hash" href={outcome.txUrl} />
        </span>
        {payment}
      </p>
    </div>
  );
}
