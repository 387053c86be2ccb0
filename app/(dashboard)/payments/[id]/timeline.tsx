import { Time } from "@/components/ui/time";
import type { Step } from "./steps";

/** What happened to a payment, with the time between the steps. */
export function Timeline({ steps, timeZone }: { steps: readonly Step[]; timeZone: string }) {
  return (
    <ol className="rounded-card border border-line bg-surface px-4 py-2">
      {steps.map((step, place) => (
        <li key={step.title} className="relative flex gap-3 py-2">
          <span aria-hidden className="relative flex w-3 shrink-0 justify-center">
            {place > 0 && <span className="absolute -top-2 h-4.5 w-px bg-line-strong" />}
            {place < steps.length - 1 && <span className="absolute top-2.5 -bottom-2 w-px bg-line-strong" />}
            <span className="relative mt-1.75 size-2 rounded-full bg-accent" />
          </span>
          <div className="min-w-0 flex-1">
            <p className="flex flex-wrap items-baseline justify-between gap-x-4">
              <span className="font-medium">{step.title}</span>
              <span className="text-small text-muted tabular-nums">{step.after}</span>
            </p>
            <p className="flex flex-wrap justify-between gap-x-4 text-small text-muted">
              <Time at={step.at} timeZone={timeZone} style="full" />
              {step.detail && <span className="min-w-0 wrap-anywhere">{step.detail}</span>}
            </p>
          </div>
        </li>
      ))}
    </ol>
  );
}
