import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";

/** A table that scrolls inside itself when it is wider than its place, its first column standing still. */
export function Table({ label, children }: { label: string; children: ReactNode }) {
  return (
    <section
      aria-label={label}
      className="overflow-x-auto rounded-card border border-line bg-surface -outline-offset-2"
    >
      <table className="w-full border-separate border-spacing-0 text-small [&_tbody_tr:last-child>*]:border-b-0 [&_tr>*:first-child]:sticky [&_tr>*:first-child]:left-0 max-sm:[&_tr>*:first-child]:border-r">
        {children}
      </table>
    </section>
  );
}

/** A column's head; `end` for figures. */
export function Th({ end = false, className, ...rest }: { end?: boolean } & ComponentProps<"th">) {
  return (
    <th
      scope="col"
      {...rest}
      className={cx(
        "h-9 border-b border-line bg-surface px-3 font-medium whitespace-nowrap text-muted first:pl-4 last:pr-4",
        end ? "text-right" : "text-left",
        className,
      )}
    />
  );
}

/** A cell; `end` for figures. */
export function Td({ end = false, className, ...rest }: { end?: boolean } & ComponentProps<"td">) {
  return (
    <td
      {...rest}
      className={cx(
        "h-11 border-b border-line bg-surface px-3 first:pl-4 last:pr-4",
        end && "text-right tabular-nums",
        className,
      )}
    />
  );
}
