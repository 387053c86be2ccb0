import { ArrowRight, CircleCheck, CircleDashed } from "lucide-react";
import { createDemo } from "@/app/(dashboard)/endpoints/new/create";
import { ButtonLink } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { SubmitButton } from "@/components/ui/submit-button";

const PAID_CALL = [
  ["402", "A caller asks for your URL and is told the price."],
  ["Sign", "It signs a payment to your address and asks again."],
  ["Check", "Farebox checks the signature and the balance, then asks your server."],
  ["Settle", "When your server answers, the money goes straight to you."],
  ["Answer", "The caller gets the answer. No answer, no charge."],
] as const;

function CreateEndpoint({ demo }: { demo: boolean }) {
  if (!demo) {
    return (
      <ButtonLink variant="primary" href="/endpoints/new">
        Create an endpoint
        <ArrowRight aria-hidden />
      </ButtonLink>
    );
  }
  return (
    <form action={createDemo} className="flex flex-wrap gap-2">
      <SubmitButton>
        Create the demo endpoint
        <ArrowRight aria-hidden />
      </SubmitButton>
      <ButtonLink variant="ghost" href="/endpoints/new?empty">
        Use my own server
      </ButtonLink>
    </form>
  );
}

/** What a merchant without payments sees: three steps, the one thing to do now, and how a paid call goes. */
export function FirstRun({
  endpoint,
  demo,
}: {
  endpoint: { id: string; name: string } | null;
  /** Whether there is a demo upstream to sell. */
  demo: boolean;
}) {
  const steps = [
    { title: "Open your account", text: "Done.", done: true, action: null },
    {
      title: "Create an endpoint",
      text: endpoint
        ? `Done: ${endpoint.name} has a price and a gateway URL.`
        : demo
          ? "One press sells the clock of a demo server for a cent a call, so that you see everything work."
          : "Put a price on a URL of yours.",
      done: endpoint !== null,
      action: <CreateEndpoint demo={demo} />,
    },
    {
      title: "Get paid",
      text: "Send a test payment and watch it go from the 402 to the money, in about a second.",
      done: false,
      action: endpoint && (
        <ButtonLink variant="primary" href={`/endpoints/${endpoint.id}`}>
          Send a test payment
          <ArrowRight aria-hidden />
        </ButtonLink>
      ),
    },
  ];
  const now = steps.findIndex((step) => !step.done);
  return (
    <div className="grid items-start gap-6 lg:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)]">
      <section aria-labelledby="first-run" className="rounded-card border border-line bg-surface">
        <div className="border-b border-line p-5">
          <h2 id="first-run" className="text-title">
            Three steps to your first payment
          </h2>
          <p className="text-muted">With it, this page becomes your revenue.</p>
        </div>
        <ol className="divide-y divide-line">
          {steps.map((step, at) => (
            <li key={step.title} aria-current={at === now ? "step" : undefined} className="flex gap-3.5 p-5">
              {step.done ? (
                <CircleCheck aria-label="Done" className="mt-0.75 size-4 shrink-0 text-positive" />
              ) : (
                <CircleDashed
                  aria-label="To do"
                  className={cx("mt-0.75 size-4 shrink-0", at === now ? "text-accent" : "text-muted")}
                />
              )}
              <div className="min-w-0">
                <h3 className={cx("font-medium", at !== now && "text-muted")}>{step.title}</h3>
                <p className="text-pretty text-muted">{step.text}</p>
                {at === now && <div className="mt-3">{step.action}</div>}
              </div>
            </li>
          ))}
        </ol>
      </section>
      <section aria-labelledby="paid-call" className="p-1">
        <h2 id="paid-call" className="mb-3 text-small font-medium text-muted">
          How a paid call goes
        </h2>
        <ol className="flex flex-col gap-3">
          {PAID_CALL.map(([word, text]) => (
            <li key={word} className="grid grid-cols-[64px_minmax(0,1fr)] gap-3 text-small">
              <span className="font-mono text-accent">{word}</span>
              <span className="text-pretty">{text}</span>
            </li>
          ))}
        </ol>
      </section>
    </div>
  );
}
