import type { ReactNode } from "react";

/** A list of names and what stands for them. */
export function Facts({ children }: { children: ReactNode }) {
  return (
    <dl className="divide-y divide-line rounded-card border border-line bg-surface px-4 text-small">
      {children}
    </dl>
  );
}

/** One name and its value. */
export function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="grid min-h-10 grid-cols-[112px_minmax(0,1fr)] items-center gap-4 py-1 sm:grid-cols-[148px_minmax(0,1fr)]">
      <dt className="self-start py-1.25 text-muted">{name}</dt>
      <dd className="min-w-0 wrap-anywhere">{children}</dd>
    </div>
  );
}
