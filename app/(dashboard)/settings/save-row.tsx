"use client";

import { Check } from "lucide-react";
import { SubmitButton } from "@/components/ui/submit-button";

/** The end of a form: its button and, in place, what came of pressing it. */
export function SaveRow({ label, saved }: { label: string; saved: string | null }) {
  return (
    <div className="flex flex-wrap items-center gap-x-4 gap-y-2">
      <SubmitButton>{label}</SubmitButton>
      <p role="status" className="flex items-center gap-1.5 text-small text-positive">
        {saved && (
          <>
            <Check aria-hidden className="size-4 shrink-0" />
            {saved}
          </>
        )}
      </p>
    </div>
  );
}
