"use client";

import { MoreHorizontal, Pause, Play, Trash2 } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { Menu, MenuItem, MenuSeparator } from "@/components/ui/menu";
import { SubmitButton } from "@/components/ui/submit-button";
import { toast } from "@/components/ui/toast";
import { remove, setState } from "./state";

/** Pause, resume and delete, each confirmed with what it means for payers. */
export function EndpointMenu({ id, name, state }: { id: string; name: string; state: "live" | "paused" }) {
  const [asking, setAsking] = useState<"pause" | "delete" | null>(null);

  const change = async (next: "live" | "paused") => {
    const done = await setState(id, next);
    setAsking(null);
    if (!done) toast({ tone: "danger", title: "Nothing was changed", description: "This endpoint is gone." });
    else if (next === "live")
      toast({ title: `${name} is live`, description: "Calls are answered and charged again." });
    else toast({ title: `${name} is paused`, description: "Calls are refused, and nobody is charged." });
  };

  return (
    <>
      <Menu
        trigger={
          <Button size="icon" className="size-9" aria-label="More actions">
            <MoreHorizontal aria-hidden />
          </Button>
        }
      >
        {state === "live" ? (
          <MenuItem onClick={() => setAsking("pause")}>
            <Pause aria-hidden />
            Pause
          </MenuItem>
        ) : (
          <MenuItem onClick={() => change("live")}>
            <Play aria-hidden />
            Resume
          </MenuItem>
        )}
        <MenuSeparator />
        <MenuItem tone="danger" onClick={() => setAsking("delete")}>
          <Trash2 aria-hidden />
          Delete
        </MenuItem>
      </Menu>
      <Dialog
        open={asking === "pause"}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Pause ${name}?`}
        description="New calls are refused with 503, and nobody is charged. Payments under way are finished, and answers that were paid for can still be fetched."
      >
        <form action={() => change("paused")} className="flex justify-end gap-2">
          <DialogClose render={<Button />}>Keep it live</DialogClose>
          <SubmitButton>Pause endpoint</SubmitButton>
        </form>
      </Dialog>
      <Dialog
        open={asking === "delete"}
        onOpenChange={(open) => !open && setAsking(null)}
        title={`Delete ${name}?`}
        description="Its gateway URL answers 404 from now on and can never be used again, by you or anybody else. Payments and revenue stay in your records."
      >
        <form action={() => remove(id)} className="flex justify-end gap-2">
          <DialogClose render={<Button />}>Keep it</DialogClose>
          <SubmitButton variant="danger">Delete endpoint</SubmitButton>
        </form>
      </Dialog>
    </>
  );
}
