import { Check, LoaderCircle } from "lucide-react";

/** A hop of the payment: what is being done or was done, and how long it took. */
export interface PayStep {
  text: string;
  /** Null while it is under way. */
  tookMs: number | null;
}

/** The hops of a payment in small. */
export function Steps({ steps }: { steps: readonly PayStep[] }) {
  return (
    <ol aria-live="polite" className="flex flex-col gap-1 text-small">
      {steps.map(({ text, tookMs }) => (
        <li key={text} className="flex items-center gap-2">
          {tookMs === null ? (
            <LoaderCircle aria-hidden className="size-3.5 shrink-0 animate-spin text-muted" />
          ) : (
            <Check aria-hidden className="size-3.5 shrink-0 text-positive" />
          )}
          <span>
            {text}
            {tookMs !== null && (
              <span className="text-muted tabular-nums"> · {tookMs.toLocaleString("en")} ms</span>
            )}
          </span>
        </li>
      ))}
    </ol>
  );
}
