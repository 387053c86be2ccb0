"use client";

import { useState } from "react";
import { useConfirm } from "@/app/(dashboard)/confirm/use-confirm";
import { Code } from "@/components/ui/code";
import { Copy } from "@/components/ui/copy";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { SubmitButton } from "@/components/ui/submit-button";
import { WalletProvider } from "@/components/wallet";
import type { WaysToConfirm } from "@/lib/auth/ways-to-confirm";
import { makeKey } from "./actions";

/** Makes an API key and shows it once. */
export function NewKey({ ways }: { ways: WaysToConfirm }) {
  return (
    <WalletProvider>
      <NewKeyForm ways={ways} />
    </WalletProvider>
  );
}

function NewKeyForm({ ways }: { ways: WaysToConfirm }) {
  const [name, setName] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [key, setKey] = useState<string | null>(null);
  const confirm = useConfirm(ways, "Whoever has the key can read your payments.");

  const make = async () => {
    const made = await confirm.run((proof) => makeKey(name, proof));
    if (made === null) return;
    setProblem(made.ok ? null : made.reason);
    if (!made.ok) return;
    setKey(made.key);
    setName("");
  };

  return (
    <div className="flex flex-col gap-4">
      <form action={make} noValidate className="flex flex-col gap-4">
        <Field label="Name" hint="What will use it, such as Bookkeeping." error={problem}>
          <Input
            autoComplete="off"
            maxLength={60}
            value={name}
            onChange={(event) => setName(event.target.value)}
          />
        </Field>
        <div>
          <SubmitButton>Create key</SubmitButton>
        </div>
      </form>
      {key !== null && (
        <div role="status" className="flex flex-col gap-3">
          <Notice
            tone="positive"
            title="Copy your key now"
            action={<Copy text={key} label="API key" words="Copy" />}
          >
            It is not shown again. Farebox keeps only a digest of it.
          </Notice>
          <Code
            wrap
            text={key}
            label="Your new API key"
            className="rounded-control border border-line bg-sunken px-3 py-2 wrap-anywhere"
          />
        </div>
      )}
      {confirm.dialog}
    </div>
  );
}
