import { CircleAlert, CircleCheck, FlaskConical, Info, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import { cx } from "./cx";

const LOOK = {
  info: { icon: Info, box: "border-info/25 bg-info-soft", ink: "text-info" },
  positive: { icon: CircleCheck, box: "border-positive/25 bg-positive-soft", ink: "text-positive" },
  warning: { icon: TriangleAlert, box: "border-warning/30 bg-warning-soft", ink: "text-warning" },
  danger: { icon: CircleAlert, box: "border-danger/25 bg-danger-soft", ink: "text-danger" },
  test: { icon: FlaskConical, box: "border-test-line bg-test-soft", ink: "text-test" },
};

/** What the reader must know before the rest: what happened, what it means for the money, what to do. */
export function Notice({
  tone,
  title,
  action,
  children,
}: {
  tone: keyof typeof LOOK;
  title: ReactNode;
  action?: ReactNode;
  children?: ReactNode;
}) {
  const { icon: Icon, box, ink } = LOOK[tone];
  return (
    <div
      role={tone === "danger" ? "alert" : undefined}
      className={cx("flex flex-wrap items-center gap-x-4 gap-y-2 rounded-card border px-4 py-3", box)}
    >
      <div className="flex min-w-60 flex-1 gap-3">
        <Icon aria-hidden className={cx("mt-0.75 size-4 shrink-0", ink)} />
        <div className="min-w-0">
          <p className="font-medium">{title}</p>
          {children && <div className="text-small text-muted">{children}</div>}
        </div>
      </div>
      {action}
    </div>
  );
}
