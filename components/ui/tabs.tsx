import Link from "next/link";
import { cx } from "./cx";

/** Views of one page as links, so that each has an address; the current one is marked for everybody. */
export function Tabs({
  label,
  tabs,
}: {
  /** What the tabs choose between, for screen readers. */
  label: string;
  tabs: readonly { href: string; label: string; current: boolean }[];
}) {
  return (
    <nav aria-label={label} className="-mb-px flex gap-1 overflow-x-auto">
      {tabs.map((tab) => (
        <Link
          key={tab.href}
          href={tab.href}
          scroll={false}
          aria-current={tab.current ? "page" : undefined}
          className={cx(
            "flex h-9 items-center rounded-t-control border-b-2 px-3 font-medium whitespace-nowrap transition-colors duration-100 -outline-offset-2 pointer-coarse:h-11",
            tab.current ? "border-accent text-text" : "border-transparent text-muted hover:text-text",
          )}
        >
          {tab.label}
        </Link>
      ))}
    </nav>
  );
}
