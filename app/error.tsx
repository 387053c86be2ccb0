"use client";

import { usePathname } from "next/navigation";
import { WhatIsWrong } from "@/app/(dashboard)/operator/what-is-wrong";
import { Button } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";

/** What stands in place of a page when not even its frame could be read. */
export default function AppError({ retry }: { retry: () => void }) {
  const isOperators = usePathname() === "/operator";
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center">
      <Mark size={32} />
      <div>
        <h1 className="text-title">Farebox cannot show this page just now</h1>
        <p className="mt-1 max-w-md text-pretty text-muted">
          {isOperators
            ? "Nothing happened to any money."
            : "Nothing happened to any money: payments are taken and settled apart from these pages. Try again in a moment."}
        </p>
      </div>
      {isOperators && <WhatIsWrong onReady={retry} />}
      <Button variant="primary" onClick={retry}>
        Try again
      </Button>
    </main>
  );
}
