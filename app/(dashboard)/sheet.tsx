"use client";

import { Dialog } from "@base-ui/react/dialog";
import { Menu, X } from "lucide-react";
import { usePathname } from "next/navigation";
import { type ReactNode, useState } from "react";
import { Button } from "@/components/ui/button";

/** The rail on a phone: a sheet from the top, closed again by going somewhere. */
export function Sheet(parts: { head: ReactNode; children: ReactNode }) {
  return <SheetOfPage key={usePathname()} {...parts} />;
}

function SheetOfPage({ head, children }: { head: ReactNode; children: ReactNode }) {
  const [open, setOpen] = useState(false);
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Trigger render={<Button variant="ghost" size="icon" aria-label="Menu" className="size-11" />}>
        <Menu aria-hidden />
      </Dialog.Trigger>
      <Dialog.Portal>
        <Dialog.Backdrop className="fixed inset-0 z-40 bg-shade" />
        <Dialog.Popup className="fixed inset-x-0 top-0 z-50 flex flex-col gap-4 rounded-b-card border-b border-line bg-bg p-4 shadow-float transition-[translate,opacity] duration-150 data-ending-style:-translate-y-2 data-ending-style:opacity-0 data-starting-style:-translate-y-2 data-starting-style:opacity-0">
          <Dialog.Title className="sr-only">Menu</Dialog.Title>
          <Dialog.Close
            render={
              <Button
                variant="ghost"
                size="icon"
                aria-label="Close"
                className="absolute top-2 right-2 size-11"
              />
            }
          >
            <X aria-hidden />
          </Dialog.Close>
          <div className="pr-11">{head}</div>
          {children}
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
