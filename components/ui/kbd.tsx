import type { ReactNode } from "react";

/** A key on the keyboard. */
export function Kbd({ children }: { children: ReactNode }) {
  return (
    <kbd className="inline-flex h-5 min-w-5 items-center justify-center rounded-control border border-line bg-sunken px-1 font-mono text-small text-muted">
      {children}
    </kbd>
  );
}
