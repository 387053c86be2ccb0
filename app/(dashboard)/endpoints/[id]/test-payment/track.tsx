import { Check, LoaderCircle, X } from "lucide-react";
import { cx } from "@/components/ui/cx";
import type { Failed, Hop, Step } from "@/lib/server/test-payer/events";

const WORDS: Record<Step, string> = {
  challenge: "Ask for the price",
  signature: "Sign the payment",
  verification: "Verify it",
  upstream: "Call your server",
  settlement: "Settle on chain",
  delivery: "Deliver the answer",
};

/** The hops in the order in which they are expected: an endpoint may settle before it calls the server. */
function expected(charge: "after" | "before"): Step[] {
  const middle: Step[] = charge === "before" ? ["settlement", "upstream"] : ["upstream", "settlement"];
  return ["challenge", "signature", "verification", ...middle, "delivery"];
}

/** The hops of a test payment as a vertical track that fills in as they happen. */
export function Track({
  charge,
  hops,
  failed,
  running,
}: {
  charge: "after" | "before";
  hops: readonly Hop[];
  failed: Failed | null;
  running: boolean;
}) {
  const steps = expected(charge);
  const next = steps.find((step) => !hops.some((hop) => hop.step === step));
  return (
    <ol aria-live="polite" className="flex flex-col">
      {steps.map((step, at) => {
        const hop = hops.find((made) => made.step === step);
        const isNext = step === next;
        const broke = failed !== null && isNext;
        const Icon = hop ? Check : broke ? X : isNext && running ? LoaderCircle : null;
        return (
          <li key={step} className="relative flex min-h-9 gap-3">
            {at < steps.length - 1 && (
              <span
                aria-hidden
                className={cx("absolute top-6 bottom-0 left-2.75 w-px", hop ? "bg-accent" : "bg-line-strong")}
              />
            )}
            <span
              className={cx(
                "mt-0.25 flex size-5.5 shrink-0 items-center justify-center rounded-full border",
                hop && "border-accent bg-accent text-accent-ink",
                broke && "border-danger text-danger",
                !hop && !broke && "border-line-strong text-muted",
              )}
            >
              {Icon && (
                <Icon aria-hidden className={cx("size-3.5", Icon === LoaderCircle && "animate-spin")} />
              )}
            </span>
            <p className={cx("min-w-0 pb-2", hop || broke ? "text-text" : "text-muted")}>
              {hop ? (
                <>
                  {hop.text}
                  <span className="text-muted tabular-nums"> · {hop.tookMs.toLocaleString("en")} ms</span>
                </>
              ) : (
                WORDS[step]
              )}
              {broke && (
                <span className="block text-small">
                  <span className="text-danger">{failed.text}</span>{" "}
                  <span className="text-muted">{failed.action}</span>
                </span>
              )}
            </p>
          </li>
        );
      })}
    </ol>
  );
}
