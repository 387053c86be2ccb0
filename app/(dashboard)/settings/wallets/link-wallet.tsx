"use client";

import { Wallet } from "lucide-react";
import { useState } from "react";
import { askWhileSignedIn } from "@/app/(auth)/actions";
import { useSiwe } from "@/app/(auth)/use-siwe";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import { toast } from "@/components/ui/toast";
import { WalletProvider } from "@/components/wallet";
import { link } from "./actions";

/** Links another wallet: the password when there is one, then a message to sign in the wallet. */
export function LinkWallet({ hasPassword }: { hasPassword: boolean }) {
  return (
    <WalletProvider>
      <LinkForm hasPassword={hasPassword} />
    </WalletProvider>
  );
}

function LinkForm({ hasPassword }: { hasPassword: boolean }) {
  const { wallets, sign } = useSiwe((address) => askWhileSignedIn("link", address));
  const [password, setPassword] = useState("");
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function linkWith(walletId: string) {
    setBusy(walletId);
    setProblem(null);
    const signed = await sign(walletId || undefined);
    const done = signed.ok ? await link({ ...signed, password }) : signed;
    setBusy(null);
    if (!done.ok) return setProblem(done.reason);
    setPassword("");
    toast({ title: done.saved });
  }

  const choices = wallets.length > 0 ? wallets : [{ id: "", name: "a wallet" }];
  return (
    <div className="flex flex-col gap-4">
      {hasPassword && (
        <Field label="Your password" hint="A linked wallet can sign in, so we make sure that it is you.">
          <Input
            type="password"
            autoComplete="current-password"
            value={password}
            onChange={(event) => setPassword(event.target.value)}
          />
        </Field>
      )}
      <div className="flex flex-wrap gap-2">
        {choices.map(({ id, name }) => (
          <Button
            key={id}
            variant="primary"
            pending={busy === id}
            disabled={busy !== null || (hasPassword && password === "")}
            onClick={() => linkWith(id)}
          >
            {busy !== id && <Wallet aria-hidden />}
            Link {name}
          </Button>
        ))}
      </div>
      {problem && (
        <p role="alert" className="text-small text-danger">
          {problem}
        </p>
      )}
    </div>
  );
}
