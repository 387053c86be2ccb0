import { decodePaymentRequiredHeader } from "@x402/core/http";
import Link from "next/link";
import { type NamedNetwork, OfferCard } from "@/components/offer-card";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { reasonFor } from "@/lib/x402/reasons";

const TIMEOUT_MS = 5_000;

async function ask(url: string, method: string) {
  const from = performance.now();
  try {
    const response = await fetch(url, { method, cache: "no-store", signal: AbortSignal.timeout(TIMEOUT_MS) });
    const text = await response.text();
    return { response, text, tookMs: Math.round(performance.now() - from) };
  } catch {
    return null;
  }
}

function codeOf(text: string): string {
  try {
    const { code } = JSON.parse(text) as { code?: unknown };
    return typeof code === "string" ? code : "";
  } catch {
    return "";
  }
}

/** What the gateway answers to an unpaid call right now, asked over HTTP at the public URL. */
export async function LiveOffer({
  url,
  method,
  networks,
  retryHref,
}: {
  url: string;
  method: string;
  networks: readonly NamedNetwork[];
  retryHref: string;
}) {
  const asked = await ask(url, method);
  const header = asked?.response.headers.get("payment-required");
  if (asked?.response.status === 402 && header) {
    return (
      <OfferCard required={decodePaymentRequiredHeader(header)} networks={networks}>
        <span className="text-small text-muted tabular-nums">{asked.tookMs} ms</span>
      </OfferCard>
    );
  }
  const reason = asked && reasonFor(codeOf(asked.text));
  return (
    <Notice
      tone="warning"
      title={asked ? `The gateway answered ${asked.response.status}, not 402` : "The gateway did not answer"}
      action={
        <Link href={retryHref} className="font-medium underline underline-offset-3">
          Ask again
        </Link>
      }
    >
      {reason
        ? reason.detail
        : asked
          ? "No payment was asked for: see whether a free rule stands before the one with a price."
          : "Farebox could not reach its own gateway URL from where it runs. Callers may still reach it."}
    </Notice>
  );
}

/** The shape of the card while the gateway is asked. */
export function LiveOfferSkeleton() {
  return (
    <div className="flex flex-col gap-3 rounded-card border border-line bg-surface p-4">
      <Skeleton className="h-4 w-44" />
      <Skeleton className="h-4 w-full" />
      <Skeleton className="h-6 w-60" />
      <Skeleton className="h-4 w-72" />
      <Skeleton className="h-4 w-64" />
    </div>
  );
}
