"use client";

import { Toast as Base } from "@base-ui/react/toast";
import { CircleAlert, CircleCheck, X } from "lucide-react";
import type { ReactNode } from "react";
import { Button } from "./button";

const manager = Base.createToastManager();

/** Says in passing what was done, or (`danger`, announced at once and kept until closed) what could not be done. */
export function toast({
  title,
  description,
  tone = "positive",
}: {
  title: string;
  description?: string;
  tone?: "positive" | "danger";
}): void {
  const failed = tone === "danger";
  manager.add({
    title,
    description,
    type: tone,
    priority: failed ? "high" : "low",
    timeout: failed ? 0 : 5000,
  });
}

function Toasts() {
  const { toasts } = Base.useToastManager();
  return toasts.map((item) => (
    <Base.Root
      key={item.id}
      toast={item}
      className="rounded-card border border-line bg-surface shadow-float transition-[opacity,translate] duration-150 data-ending-style:opacity-0 data-starting-style:translate-y-2 data-starting-style:opacity-0"
    >
      <Base.Content className="flex items-start gap-3 py-2 pr-2 pl-4">
        {item.type === "danger" ? (
          <CircleAlert aria-hidden className="mt-2 size-4 shrink-0 text-danger" />
        ) : (
          <CircleCheck aria-hidden className="mt-2 size-4 shrink-0 text-positive" />
        )}
        <div className="min-w-0 flex-1 py-1.25">
          <Base.Title className="font-medium" />
          <Base.Description className="text-small text-muted" />
        </div>
        <Base.Close render={<Button variant="ghost" size="icon" aria-label="Close" />}>
          <X aria-hidden />
        </Base.Close>
      </Base.Content>
    </Base.Root>
  ));
}

/** Where toasts appear, around the whole document. */
export function Toaster({ children }: { children: ReactNode }) {
  return (
    <Base.Provider toastManager={manager} limit={3}>
      {children}
      <Base.Portal>
        <Base.Viewport className="fixed right-4 bottom-4 z-50 flex w-[calc(100vw-2rem)] max-w-90 flex-col gap-2">
          <Toasts />
        </Base.Viewport>
      </Base.Portal>
    </Base.Provider>
  );
}
