"use client";

import { Menu as Base } from "@base-ui/react/menu";
import Link from "next/link";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";

const ITEM =
  "flex min-h-8 w-full cursor-default items-center gap-2.5 rounded-control px-2.5 py-1 text-left select-none outline-none " +
  "data-highlighted:bg-sunken data-disabled:opacity-50 pointer-coarse:min-h-11 [&_svg]:size-4 [&_svg]:text-muted";

/** A menu of actions under its trigger. */
export function Menu({
  trigger,
  align = "end",
  children,
}: {
  trigger: ReactElement;
  align?: "start" | "end";
  children: ReactNode;
}) {
  return (
    <Base.Root>
      <Base.Trigger render={trigger} />
      <Base.Portal>
        <Base.Positioner align={align} sideOffset={6} collisionPadding={8} className="z-50 outline-none">
          <Base.Popup className="min-w-44 rounded-card border border-line bg-surface p-1 shadow-float transition-opacity duration-100 outline-none data-ending-style:opacity-0 data-starting-style:opacity-0">
            {children}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}

/** An action in a menu. */
export function MenuItem({
  tone = "neutral",
  ...rest
}: { tone?: "neutral" | "danger" } & Omit<Base.Item.Props, "className">) {
  return <Base.Item {...rest} className={cx(ITEM, tone === "danger" && "text-danger [&_svg]:text-danger")} />;
}

/** A link in a menu. */
export function MenuLink({ href, children }: { href: string; children: ReactNode }) {
  return (
    <Base.LinkItem render={<Link href={href} />} className={ITEM} closeOnClick>
      {children}
    </Base.LinkItem>
  );
}

/** A hairline between groups of a menu. */
export function MenuSeparator() {
  return <Base.Separator className="-mx-1 my-1 h-px bg-line" />;
}
