import { type ReactNode, useId } from "react";

/** A part of a page under its own title. */
export function Section({
  title,
  sentence,
  action,
  children,
}: {
  title: ReactNode;
  sentence?: ReactNode;
  action?: ReactNode;
  children: ReactNode;
}) {
  const id = useId();
  return (
    <section aria-labelledby={id} className="min-w-0">
      <div className="mb-3 flex flex-wrap items-end justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h2 id={id} className="text-title">
            {title}
          </h2>
          {sentence && <p className="text-pretty text-muted">{sentence}</p>}
        </div>
        {action}
      </div>
      {children}
    </section>
  );
}

/** A surface that holds one thing: a form, a figure, a list. */
export function Card({ children }: { children: ReactNode }) {
  return <div className="rounded-card border border-line bg-surface p-5">{children}</div>;
}
