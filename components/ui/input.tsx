"use client";

import { ChevronDown } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { cx } from "./cx";
import { useControl } from "./field";

const BOX =
  "w-full min-w-0 rounded-control border border-line-strong bg-surface px-3 text-body transition-colors duration-100 " +
  "placeholder:text-muted/75 hover:border-faint aria-invalid:border-danger disabled:bg-sunken disabled:text-muted " +
  "focus-visible:outline-offset-0";

/**
 * A text input; `before` stands inside it at the left (a currency sign, an icon), `after` at the right while it is empty
 * and elsewhere than the focus; `mono` is for addresses and code.
 */
export function Input({
  before,
  after,
  mono = false,
  className,
  ...rest
}: { before?: ReactNode; after?: ReactNode; mono?: boolean } & ComponentProps<"input">) {
  const input = (
    <input
      {...useControl()}
      {...rest}
      className={cx(
        BOX,
        "peer h-9 pointer-coarse:h-11",
        mono && "font-mono text-small",
        before != null && "pl-8",
        className,
      )}
    />
  );
  if (before == null && after == null) return input;
  return (
    <span className="relative block">
      <span className="pointer-events-none absolute inset-y-0 left-0 flex w-8 items-center justify-center text-muted [&_svg]:size-4">
        {before}
      </span>
      {input}
      <span className="pointer-events-none absolute inset-y-0 right-2 hidden items-center peer-placeholder-shown:flex peer-focus:hidden pointer-coarse:hidden">
        {after}
      </span>
    </span>
  );
}

/** Several lines of text. */
export function Textarea({ className, ...rest }: ComponentProps<"textarea">) {
  return <textarea rows={3} {...useControl()} {...rest} className={cx(BOX, "py-2", className)} />;
}

/** The platform's own select, dressed. */
export function Select({ className, children, ...rest }: ComponentProps<"select">) {
  return (
    <span className={cx("relative block", className)}>
      <select {...useControl()} {...rest} className={cx(BOX, "h-9 appearance-none pr-8 pointer-coarse:h-11")}>
        {children}
      </select>
      <ChevronDown
        aria-hidden
        className="pointer-events-none absolute top-1/2 right-2.5 size-4 -translate-y-1/2 text-muted"
      />
    </span>
  );
}
