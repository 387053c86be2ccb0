"use client";

import { Plus, Wallet, X } from "lucide-react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { toast } from "@/components/ui/toast";
import { useWallet } from "@/components/wallet";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { type FormNetwork, newKey, type PayoutValue } from "./values";

/** Where the money goes on each network: typed, or taken from the person's wallet. */
export function PayoutFields({
  payouts,
  networks,
  errors,
  hint,
  change,
}: {
  payouts: PayoutValue[];
  networks: readonly FormNetwork[];
  errors: FieldErrors;
  /** Where an address that is filled in already comes from. */
  hint?: string;
  change(payouts: PayoutValue[]): void;
}) {
  const wallet = useWallet();
  const patch = (key: string, changes: Partial<PayoutValue>) =>
    change(payouts.map((payout) => (payout.key === key ? { ...payout, ...changes } : payout)));
  const free = networks.find(({ id }) => !payouts.some(({ network }) => network === id));

  const fromWallet = async (key: string) => {
    const connected = await wallet.connect();
    if (connected.ok) patch(key, { payTo: connected.value });
    else toast({ tone: "danger", title: "No address was filled in", description: connected.reason });
  };

  return (
    <div className="flex flex-col gap-3">
      {payouts.map((payout, at) => {
        const network = networks.find(({ id }) => id === payout.network);
        const where = network ? `${network.token.symbol} on ${network.name}` : payout.network;
        return (
          <div key={payout.key} className="grid items-start gap-3 sm:grid-cols-[180px_minmax(0,1fr)]">
            <Field label="Network" error={errors[`payouts.${at}.network`]}>
              <Select
                value={payout.network}
                onChange={(event) => patch(payout.key, { network: event.target.value })}
              >
                {!network && <option value={payout.network}>{payout.network} (switched off)</option>}
                {networks.map(({ id, name }) => (
                  <option key={id} value={id}>
                    {name}
                  </option>
                ))}
              </Select>
            </Field>
            <Field
              label={`Address that receives ${where}`}
              error={errors[`payouts.${at}.payTo`]}
              hint={at === 0 ? hint : undefined}
            >
              <div className="flex gap-2">
                <Input
                  mono
                  autoComplete="off"
                  spellCheck={false}
                  placeholder="0x…"
                  value={payout.payTo}
                  onChange={(event) => patch(payout.key, { payTo: event.target.value })}
                />
                <Button onClick={() => fromWallet(payout.key)} aria-label={`Take the address from my wallet`}>
                  <Wallet aria-hidden />
                  <span className="max-sm:sr-only">From wallet</span>
                </Button>
                <Button
                  variant="ghost"
                  size="icon"
                  className="h-9"
                  aria-label={`Remove the payout in ${where}`}
                  onClick={() => change(payouts.filter(({ key }) => key !== payout.key))}
                >
                  <X aria-hidden />
                </Button>
              </div>
            </Field>
          </div>
        );
      })}
      {errors.payouts && (
        <p role="alert" className="text-small text-danger">
          {errors.payouts}
        </p>
      )}
      {free && (
        <div>
          <Button
            size="small"
            onClick={() =>
              change([...payouts, { key: newKey(), network: free.id, payTo: payouts.at(-1)?.payTo ?? "" }])
            }
          >
            <Plus aria-hidden />
            {payouts.length === 0 ? "Add a payout address" : "Take payments on another network"}
          </Button>
        </div>
      )}
    </div>
  );
}
