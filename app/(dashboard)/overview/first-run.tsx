import { ArrowRight, CircleCheck, CircleDashed } from "lucide-react";
import { createDemo } from "@/app/(dashboard)/endpoints/new/create";
import { ButtonLink } from "@/components/ui/button";
import { cx } from "@/components/ui/cx";
import { SubmitButton } from "@/components/ui/submit-button";
import { parts } from "@/lib/server/parts";

/** What a merchant without payments sees: three steps, and the one thing to do now. */
export function FirstRun({ endpoint }: { endpoint: { id: string; name: string } | null }) {
  const hasDemo = parts().env.FAREBOX_DEMO_UPSTREAM !== undefined;
  const steps = [
    { title: "Open your account", text: "Done: you are in.", done: true },
    {
      title: "Create an endpoint",
      text: endpoint
        ? `Done: ${endpoint.name} has a price and a gateway URL.`
        : hasDemo
          ? "Put a price on a URL: one of yours, or the clock of the demo server, which takes one press."
          : "Put a price on a URL of yours. You get a gateway URL that answers 402 until a call is paid.",
      done: endpoint !== null,
    },
    {
      title: "Get paid",
      text: "Send a test payment and watch it go from the 402 to the money in about a second.",
      done: false,
    },
  ];
  const now = steps.findIndex((step) => !step.done);
  const action = endpoint
    ? { href: `/endpoints/${endpoint.id}`, words: "Send a test payment" }
    : { href: "/endpoints/new", words: "Create an endpoint" };
  return (
    <section aria-labelledby="first-run" className="max-w-2xl rounded-card border border-line bg-surface">
      <div className="border-b border-line p-5">
        <h2 id="first-run" className="text-title">
          Three steps to your first payment
        </h2>
        <p className="text-muted">This page becomes your revenue with the first one.</p>
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
              <h3 className={cx("font-medium", step.done && "text-muted")}>{step.title}</h3>
              <p className="text-pretty text-muted">{step.text}</p>
              {at === now && (
                <div className="mt-3 flex flex-wrap gap-2">
                  {hasDemo && !endpoint && (
                    <form action={createDemo}>
                      <SubmitButton>Create the demo endpoint</SubmitButton>
                    </form>
                  )}
                  <ButtonLink
                    variant={hasDemo && !endpoint ? "secondary" : "primary"}
                    href={hasDemo && !endpoint ? "/endpoints/new?empty" : action.href}
                  >
                    {hasDemo && !endpoint ? "Use a URL of mine" : action.words}
                    <ArrowRight aria-hidden />
                  </ButtonLink>
                </div>
              )}
            </div>
          </li>
        ))}
      </ol>
    </section>
  );
}
