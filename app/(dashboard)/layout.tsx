import type { ReactNode } from "react";
import { Mark } from "@/components/ui/mark";
import { requireSession } from "@/lib/auth/session";
import { AccountMenu } from "./account-menu";
import { currentMode } from "./mode";
import { ModeSwitch } from "./mode-switch";
import { isOperatorHere } from "./operator/gate";
import { RailLinks } from "./rail-links";
import { Sheet } from "./sheet";

/** The frame around every page of the dashboard: a rail, a strip of icons, or a sheet, as the width allows. */
export default async function DashboardLayout({ children }: { children: ReactNode }) {
  const session = await requireSession();
  const { mode } = await currentMode();
  const account = (
    <AccountMenu
      merchantName={session.merchantName}
      person={session.email ?? session.name}
      operator={await isOperatorHere()}
    />
  );
  const rail = (
    <>
      <ModeSwitch mode={mode} />
      <RailLinks />
    </>
  );
  return (
    <div className="min-h-dvh sm:grid sm:grid-cols-[64px_minmax(0,1fr)] lg:grid-cols-[220px_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-control bg-surface px-3 py-2 focus:not-sr-only focus:fixed focus:top-3 focus:left-3"
      >
        Skip to the content
      </a>
      {mode === "test" && (
        <div aria-hidden className="pointer-events-none fixed inset-0 z-30 border-2 border-test-line" />
      )}
      <header className="sticky top-0 z-20 flex h-14 items-center justify-between border-b border-line bg-bg pr-1.5 pl-4 sm:hidden">
        <span className="flex min-w-0 items-center gap-2.5">
          <Mark />
          <span className="truncate font-medium">{session.merchantName}</span>
          {mode === "test" && <span className="shrink-0 text-small font-medium text-test">Test network</span>}
        </span>
        <Sheet head={account}>{rail}</Sheet>
      </header>
      <aside className="sticky top-0 hidden h-dvh flex-col gap-4 border-r border-line p-3 sm:flex">
        {account}
        {rail}
        <p className="mt-auto flex items-center gap-2 px-2.5 py-1 text-small text-muted sm:max-lg:justify-center sm:max-lg:px-0">
          <Mark />
          <span className="sm:max-lg:sr-only">Farebox</span>
        </p>
      </aside>
      <main id="content" className="mx-auto w-full max-w-[1200px] min-w-0 px-4 py-6 sm:px-8 sm:py-8">
        {children}
      </main>
    </div>
  );
}
