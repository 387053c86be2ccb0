"use client";

import { ArrowLeftRight, LayoutDashboard, type LucideIcon, Route, Settings } from "lucide-react";
import Link from "next/link";
import { usePathname } from "next/navigation";
import { cx } from "@/components/ui/cx";
import { Tooltip } from "@/components/ui/tooltip";

const PAGES: readonly { href: string; word: string; icon: LucideIcon }[] = [
  { href: "/overview", word: "Overview", icon: LayoutDashboard },
  { href: "/endpoints", word: "Endpoints", icon: Route },
  { href: "/payments", word: "Payments", icon: ArrowLeftRight },
  { href: "/settings", word: "Settings", icon: Settings },
];

/** The four places of the dashboard; in the narrow rail their words are in tooltips. */
export function RailLinks() {
  const path = usePathname();
  return (
    <nav aria-label="Main" className="flex flex-col gap-0.5">
      {PAGES.map(({ href, word, icon: Icon }) => {
        const here = path === href || path.startsWith(`${href}/`);
        return (
          <Tooltip key={href} text={word} side="right" className="hidden sm:max-lg:block">
            <Link
              href={href}
              aria-current={here ? (path === href ? "page" : "true") : undefined}
              className={cx(
                "flex h-9 items-center gap-2.5 rounded-control px-2.5 font-medium transition-colors duration-100 sm:max-lg:justify-center sm:max-lg:px-0 pointer-coarse:h-11",
                here ? "bg-line/60 text-text" : "text-muted hover:bg-sunken hover:text-text",
              )}
            >
              <Icon aria-hidden className={cx("size-4 shrink-0", here && "text-accent")} />
              <span className="sm:max-lg:sr-only">{word}</span>
            </Link>
          </Tooltip>
        );
      })}
    </nav>
  );
}
