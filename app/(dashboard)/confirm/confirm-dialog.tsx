"use client";

import { ExternalLink, Wallet } from "lucide-react";
import { useState } from "react";
import { askWhileSignedIn } from "@/app/(auth)/actions";
import { useSiwe } from "@/app/(auth)/use-siwe";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Proof } from "@/lib/auth/step-up";
import type { WaysToConfirm } from "@/lib/auth/ways-to-confirm";

/** What a person did: gave a proof, says they proved it in another tab, or closed the question. */
export type ConfirmAnswer = Proof | "elsewhere" | null;

/** Asks for the password, a wallet's signature or a sign-in through GitHub before money or secrets move. */
export function ConfirmDialog({
  open,
  ways,
  why,
  problem,
  pending,
  answer,
}: {
  open: boolean;
  ways: WaysToConfirm;
  /** What is about to be done, in a sentence. */
  why: string;
  /** What was wrong with the last proof. */
  problem: string | null;
  pending: boolean;
  answer(answer: ConfirmAnswer): void;
}) {
  const [password, setPassword] = useState("");
  const [walletProblem, setWalletProblem] = useState<string | null>(null);
  const { sign } = useSiwe((address) => askWhileSignedIn("confirm", address));
  const besideButtons = walletProblem ?? (ways.password ? null : problem);

  const signWithWallet = async () => {
    const signed = await sign();
    setWalletProblem(signed.ok ? null : signed.reason);
    if (signed.ok) answer({ siweMessage: signed.message, siweSignature: signed.signature });
  };

  return (
    <Dialog
      open={open}
      onOpenChange={(next) => !next && answer(null)}
      title="Confirm that it is you"
      description={why}
    >
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          // Inside a dialog of the form that is being saved: its own submit must not run again.
          event.stopPropagation();
          answer({ password });
        }}
        className="flex flex-col gap-4"
      >
        {ways.password && (
          <>
            <Field label="Your password" error={problem}>
              <Input
                type="password"
                autoComplete="current-password"
                autoFocus
                value={password}
                onChange={(event) => setPassword(event.target.value)}
              />
            </Field>
            <Button type="submit" variant="primary" pending={pending}>
              Confirm and save
            </Button>
          </>
        )}
        {ways.wallet && (
          <Button
            onClick={signWithWallet}
            variant={ways.password ? "secondary" : "primary"}
            pending={pending}
          >
            <Wallet aria-hidden />
            Sign with your wallet
          </Button>
        )}
        {ways.github && (
          <>
            <p className="text-small text-muted">
              <a
                href="/confirm"
                target="_blank"
                className="font-medium text-text underline underline-offset-3"
                rel="noopener"
              >
                Sign in through GitHub once more
                <ExternalLink aria-label="in a new tab" className="ml-1 inline size-3.5" />
              </a>
              , then come back here. What you typed stays.
            </p>
            <Button
              onClick={() => answer("elsewhere")}
              variant={ways.password || ways.wallet ? "secondary" : "primary"}
              pending={pending}
            >
              I have done that: save
            </Button>
          </>
        )}
        {besideButtons && (
          <p role="alert" className="text-small text-danger">
            {besideButtons}
          </p>
        )}
      </form>
    </Dialog>
  );
}
