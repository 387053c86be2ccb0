import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";

const TONE = {
  neutral: "text-muted",
  positive: "text-positive",
  warning: "text-warning",
  danger: "text-danger",
  info: "text-info",
  test: "text-test",
};

/** How serious a status is. */
export type Tone = keyof typeof TONE;

/** A status: always an icon and a word, never colour alone. */
export function Badge({ tone, icon: Icon, children }: { tone: Tone; icon: LucideIcon; children: ReactNode }) {
  return (
    <span className={cx("inline-flex items-center gap-1.5 align-bottom whitespace-nowrap", TONE[tone])}>
      <Icon aria-hidden className="size-3.5 shrink-0" />
      <span className="text-small font-medium">{children}</span>
    </span>
  );
}
