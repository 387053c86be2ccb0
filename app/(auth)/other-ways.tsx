"use client";

import { Wallet } from "lucide-react";
import { signIn } from "next-auth/react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { WalletProvider } from "@/components/wallet";
import { askToSignIn } from "./actions";
import { signInWithWallet } from "./sign-in-as";
import { useSiwe } from "./use-siwe";

/** The ways in that need no password: the wallets of this browser, and GitHub when it is configured. */
export function OtherWays({ next, github }: { next: string; github: boolean }) {
  return (
    <div className="flex flex-col gap-2.5">
      <WalletProvider>
        <WalletWays next={next} />
      </WalletProvider>
      {github && (
        <Button onClick={() => signIn("github", { callbackUrl: next })}>Continue with GitHub</Button>
      )}
      <p className="mt-2 flex items-center gap-3 text-small text-muted before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
        or with email
      </p>
    </div>
  );
}

function WalletWays({ next }: { next: string }) {
  const { wallets, sign } = useSiwe(askToSignIn);
  const [busy, setBusy] = useState<string | null>(null);
  const [problem, setProblem] = useState<string | null>(null);

  async function enter(walletId: string) {
    setBusy(walletId);
    setProblem(null);
    const signed = await sign(walletId || undefined);
    const refusal = signed.ok ? await signInWithWallet(signed.message, signed.signature) : signed.reason;
    if (refusal === null) return window.location.assign(next);
    setProblem(refusal);
    setBusy(null);
  }

  const choices = wallets.length > 0 ? wallets : [{ id: "", name: "a wallet", icon: null }];
  return (
    <>
      {choices.map(({ id, name, icon }) => (
        <Button key={id} pending={busy === id} disabled={busy !== null} onClick={() => enter(id)}>
          {busy !== id && <WalletIcon src={icon} />}
          Continue with {name}
        </Button>
      ))}
      {problem && (
        <p role="alert" className="text-small text-danger">
          {problem}
        </p>
      )}
    </>
  );
}

/** Next's image component cannot be used: the wallet itself gives its icon as a data URI. */
function WalletIcon({ src }: { src: string | null }) {
  if (src === null) return <Wallet aria-hidden />;
  return (
    <span
      aria-hidden
      className="size-4 bg-contain bg-center bg-no-repeat"
      style={{ backgroundImage: `url("${src}")` }}
    />
  );
}
