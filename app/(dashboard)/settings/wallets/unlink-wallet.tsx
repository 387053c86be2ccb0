"use client";

import { useTransition } from "react";
import { Button } from "@/components/ui/button";
import { toast } from "@/components/ui/toast";
import { unlink } from "./actions";

/** Unlinks one wallet. */
export function UnlinkWallet({ address }: { address: string }) {
  const [pending, start] = useTransition();
  const press = () =>
    start(async () => {
      const done = await unlink(address);
      if (done.ok) toast({ title: done.saved });
      else toast({ tone: "danger", title: "This wallet stays linked", description: done.reason });
    });
  return (
    <Button size="small" pending={pending} onClick={press} aria-label={`Unlink ${address}`}>
      Unlink
    </Button>
  );
}
