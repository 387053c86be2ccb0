"use client";

import { Tooltip as Base } from "@base-ui/react/tooltip";
import type { ReactElement, ReactNode } from "react";
import { cx } from "./cx";

/** A few words shown on hover and focus; never the only place where something is said. */
export function Tooltip({
  text,
  side = "top",
  className,
  children,
}: {
  text: ReactNode;
  side?: "top" | "right" | "bottom";
  /** Where it appears at all, by width. */
  className?: string;
  children: ReactElement;
}) {
  return (
    <Base.Root>
      <Base.Trigger delay={300} render={children} />
      <Base.Portal>
        <Base.Positioner side={side} sideOffset={6} collisionPadding={8} className={cx("z-50", className)}>
          <Base.Popup className="max-w-72 rounded-control bg-text px-2 py-1 text-small text-bg shadow-float transition-opacity duration-100 data-ending-style:opacity-0 data-starting-style:opacity-0">
            {text}
          </Base.Popup>
        </Base.Positioner>
      </Base.Portal>
    </Base.Root>
  );
}
