"use client";

import { Wallet } from "lucide-react";
import { useState } from "react";
import { askWhileSignedIn } from "@/app/(auth)/actions";
import { useSiwe } from "@/app/(auth)/use-siwe";
import { Button } from "@/components/ui/button";
import { Dialog } from "@/components/ui/dialog";
import { Field } from "@/components/ui/field";
import { Input } from "@/components/ui/input";
import type { Proof } from "@/lib/auth/step-up";

/** How a person can prove who they are. */
export interface WaysToConfirm {
  password: boolean;
  wallet: boolean;
}

/** Asks for the password or a wallet's signature before money or secrets move. */
export function ConfirmDialog({
  open,
  ways,
  problem,
  pending,
  answer,
}: {
  open: boolean;
  ways: WaysToConfirm;
  /** What was wrong with the last proof. */
  problem: string | null;
  pending: boolean;
  /** Hands over the proof, or null when the person closed the question. */
  answer(proof: Proof | null): void;
}) {
  const [password, setPassword] = useState("");
  const [walletProblem, setWalletProblem] = useState<string | null>(null);
  const { sign } = useSiwe((address) => askWhileSignedIn("confirm", address));

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
      description="This edit changes where money or secrets go."
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
          <>
            <Button
              onClick={signWithWallet}
              variant={ways.password ? "secondary" : "primary"}
              pending={pending}
            >
              <Wallet aria-hidden />
              Sign with your wallet
            </Button>
            {(walletProblem ?? (ways.password ? null : problem)) && (
              <p role="alert" className="text-small text-danger">
                {walletProblem ?? problem}
              </p>
            )}
          </>
        )}
      </form>
    </Dialog>
  );
}
