import type { Metadata } from "next";
import { ButtonLink } from "@/components/ui/button";
import { Mark } from "@/components/ui/mark";

/** The title of the page. */
export const metadata: Metadata = { title: "Not found" };

/** What stands at an address where there is no page. */
export default function NotFound() {
  return (
    <main className="flex min-h-dvh flex-col items-center justify-center gap-4 p-6 text-center">
      <Mark size={32} />
      <div>
        <h1 className="text-title">There is no page at this address</h1>
        <p className="mt-1 max-w-md text-pretty text-muted">It may be mistyped, or what it led to is gone.</p>
      </div>
      <ButtonLink href="/">Go to the start</ButtonLink>
    </main>
  );
}
