import type { ReactNode } from "react";

/** The head of a page: its title, one sentence or nothing, the primary action at the right. */
export function PageHead({
  title,
  sentence,
  action,
}: {
  title: ReactNode;
  sentence?: ReactNode;
  action?: ReactNode;
}) {
  return (
    <header className="mb-6 flex flex-wrap items-start justify-between gap-x-6 gap-y-3">
      <div className="min-w-0">
        <h1 className="text-figure text-balance wrap-anywhere">{title}</h1>
        {sentence && <p className="mt-0.5 max-w-2xl text-pretty text-muted">{sentence}</p>}
      </div>
      {action && <div className="flex max-w-full min-w-0 flex-wrap items-center gap-2">{action}</div>}
    </header>
  );
}
