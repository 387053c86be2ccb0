"use client";

import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Dialog, DialogClose } from "@/components/ui/dialog";
import { SubmitButton } from "@/components/ui/submit-button";
import { toast } from "@/components/ui/toast";
import { revokeKey } from "./actions";

/** Revokes one key, after saying what that means. */
export function RevokeKey({ id, name }: { id: string; name: string }) {
  const [open, setOpen] = useState(false);
  const revoke = async () => {
    const revoked = await revokeKey(id);
    setOpen(false);
    if (revoked) toast({ title: `${name} was revoked`, description: "It opens nothing any more." });
    else toast({ tone: "danger", title: "Nothing was changed", description: "This key was revoked before." });
  };
  return (
    <Dialog
      open={open}
      onOpenChange={setOpen}
      trigger={
        <Button size="small" aria-label={`Revoke ${name}`}>
          Revoke
        </Button>
      }
      title={`Revoke ${name}?`}
      description="Whatever uses this key is refused from now on. Your payments are not touched."
    >
      <form action={revoke} className="flex justify-end gap-2">
        <DialogClose render={<Button />}>Keep it</DialogClose>
        <SubmitButton variant="danger">Revoke key</SubmitButton>
      </form>
    </Dialog>
  );
}
