import { LoaderCircle } from "lucide-react";
import Link from "next/link";
import type { ComponentProps } from "react";
import { cx } from "./cx";

const BASE =
  "inline-flex shrink-0 items-center justify-center gap-2 rounded-control border font-medium whitespace-nowrap " +
  "transition-colors duration-100 select-none disabled:cursor-not-allowed disabled:opacity-55 [&_svg]:size-4 [&_svg]:shrink-0";

const VARIANT = {
  primary: "border-transparent bg-accent text-accent-ink hover:bg-accent-hover",
  secondary: "border-line-strong bg-surface text-text hover:bg-sunken",
  ghost: "border-transparent text-muted hover:bg-sunken hover:text-text",
  danger: "border-danger/40 bg-surface text-danger hover:bg-danger-soft",
};

const SIZE = {
  small: "h-8 px-2.5 text-small pointer-coarse:h-11",
  medium: "h-9 px-3.5 text-body pointer-coarse:h-11",
  icon: "size-8 text-body pointer-coarse:size-11",
};

/** How a button looks; `icon` is a square for one icon and needs an `aria-label`. */
export interface ButtonLook {
  variant?: keyof typeof VARIANT;
  size?: keyof typeof SIZE;
}

function classes({ variant = "secondary", size = "medium" }: ButtonLook, className?: string): string {
  return cx(BASE, VARIANT[variant], SIZE[size], className);
}

/** A button; `pending` shows that its work is under way and refuses a second press. */
export function Button({
  variant,
  size,
  pending = false,
  className,
  children,
  ...rest
}: ButtonLook & { pending?: boolean } & ComponentProps<"button">) {
  return (
    <button
      type="button"
      {...rest}
      disabled={rest.disabled === true || pending}
      aria-busy={pending || undefined}
      className={classes({ variant, size }, className)}
    >
      {pending && <LoaderCircle aria-hidden className="animate-spin" />}
      {children}
    </button>
  );
}

/** A link that looks like a button. */
export function ButtonLink({ variant, size, className, ...rest }: ButtonLook & ComponentProps<typeof Link>) {
  return <Link {...rest} className={classes({ variant, size }, className)} />;
}
