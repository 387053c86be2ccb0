import Link from "next/link";
import type { ReactNode } from "react";
import { Mark } from "@/components/ui/mark";

/** The quiet page around the one card of signing in and signing up. */
export default function AuthLayout({ children }: { children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col items-center px-4 py-10 sm:justify-center">
      <Link href="/" className="mb-6 flex items-center gap-2.5 rounded-control text-title">
        <Mark size={24} />
        Farebox
      </Link>
      <main className="w-full max-w-96 rounded-card border border-line bg-surface p-6 sm:p-8">
        {children}
      </main>
    </div>
  );
}
