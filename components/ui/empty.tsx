import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";

/** What stands where there is nothing: why, and what to do next. */
export function Empty({
  icon: Icon,
  title,
  action,
  children,
}: {
  icon: LucideIcon;
  title: string;
  action?: ReactNode;
  children?: ReactNode;
}) {
  return (
    <div className="flex flex-col items-center rounded-card border border-dashed border-line-strong px-6 py-12 text-center">
      <span className="mb-4 flex size-10 items-center justify-center rounded-card border border-line bg-surface text-muted">
        <Icon aria-hidden className="size-5" />
      </span>
      <h2 className="text-title text-balance">{title}</h2>
      {children && <div className="mt-1 max-w-md text-pretty text-muted">{children}</div>}
      {action && <div className="mt-5 flex flex-wrap justify-center gap-2">{action}</div>}
    </div>
  );
}
