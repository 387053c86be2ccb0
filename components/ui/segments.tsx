import Link from "next/link";
import { cx } from "./cx";

/** A few alternatives side by side as links, such as the ranges of a chart. */
export function Segments({
  label,
  options,
}: {
  /** What is being chosen, for screen readers. */
  label: string;
  options: readonly { href: string; label: string; current: boolean }[];
}) {
  return (
    <nav
      aria-label={label}
      className="flex w-fit max-w-full gap-0.5 overflow-x-auto rounded-control border border-line bg-sunken p-0.5"
    >
      {options.map((option) => (
        <Link
          key={option.label}
          href={option.href}
          scroll={false}
          aria-current={option.current ? "true" : undefined}
          className={cx(
            "flex h-7.5 items-center rounded-[4px] px-2.5 text-small font-medium whitespace-nowrap transition-colors duration-100 -outline-offset-2 pointer-coarse:h-10",
            option.current
              ? "bg-surface text-text shadow-[0_0_0_1px_var(--line)]"
              : "text-muted hover:text-text",
          )}
        >
          {option.label}
        </Link>
      ))}
    </nav>
  );
}
