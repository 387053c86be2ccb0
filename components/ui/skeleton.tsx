import { cx } from "./cx";

/** A grey shape in the place of what is loading; its size is the final one. */
export function Skeleton({ className }: { className: string }) {
  return <span aria-hidden className={cx("block animate-pulse rounded-control bg-line", className)} />;
}

/** The rows of a table that is loading. */
export function SkeletonRows({ rows }: { rows: number }) {
  const keys = Array.from({ length: rows }, (_, index) => `row ${index}`);
  return (
    <div className="overflow-hidden rounded-card border border-line bg-surface">
      <div className="h-9 border-b border-line" />
      {keys.map((key) => (
        <div key={key} className="flex h-11 items-center gap-6 border-b border-line px-4 last:border-b-0">
          <Skeleton className="h-3.5 w-28" />
          <Skeleton className="h-3.5 flex-1" />
          <Skeleton className="h-3.5 w-16" />
        </div>
      ))}
    </div>
  );
}
