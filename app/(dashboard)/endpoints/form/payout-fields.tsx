"use client";

import { Plus, TriangleAlert, Wallet, X } from "lucide-react";
import { useState } from "react";
import { Button } from "@/components/ui/button";
import { Field } from "@/components/ui/field";
import { Input, Select } from "@/components/ui/input";
import { Notice } from "@/components/ui/notice";
import { toast } from "@/components/ui/toast";
import { useWallet } from "@/components/wallet";
import type { FieldErrors } from "@/lib/endpoints/checked";
import { warnAboutAddress } from "./address-warning";
import { type FormNetwork, newKey, type PayoutValue } from "./values";

function PayoutRow({
  payout,
  at,
  networks,
  errors,
  hint,
  change,
  remove,
}: {
  payout: PayoutValue;
  at: number;
  networks: readonly FormNetwork[];
  errors: FieldErrors;
  hint: string | undefined;
  change(changes: Partial<PayoutValue>): void;
  remove(): void;
}) {
  const wallet = useWallet();
  const [warning, setWarning] = useState<string | null>(null);
  const network = networks.find(({ id }) => id === payout.network);
  const where = network ? `${network.token.symbol} on ${network.name}` : payout.network;
  const look = async (payTo: string) => setWarning(await warnAboutAddress(payout.network, payTo.trim()));

  const fromWallet = async () => {
    const connected = await wallet.connect();
    if (!connected.ok) {
      toast({ tone: "danger", title: "No address was filled in", description: connected.reason });
      return;
    }
    change({ payTo: connected.value });
    await look(connected.value);
  };

  return (
    <div className="grid items-start gap-3 sm:grid-cols-[180px_minmax(0,1fr)]">
      <Field label="Network" error={errors[`payouts.${at}.network`]}>
        <Select value={payout.network} onChange={(event) => change({ network: event.target.value })}>
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
        hint={
          warning ? (
            <span className="flex gap-1.5 text-warning">
              <TriangleAlert aria-hidden className="mt-0.75 size-3.5 shrink-0" />
              {warning}
            </span>
          ) : (
            hint
          )
        }
      >
        <div className="flex gap-2">
          <Input
            mono
            autoComplete="off"
            spellCheck={false}
            placeholder="0x…"
            value={payout.payTo}
            onChange={(event) => {
              setWarning(null);
              change({ payTo: event.target.value });
            }}
            onBlur={(event) => look(event.target.value)}
          />
          <Button onClick={fromWallet} aria-label="Take the address from my wallet">
            <Wallet aria-hidden />
            <span className="max-sm:sr-only">From wallet</span>
          </Button>
          <Button
            variant="ghost"
            size="icon"
            className="h-9"
            aria-label={`Remove the payout in ${where}`}
            onClick={remove}
          >
            <X aria-hidden />
          </Button>
        </div>
      </Field>
    </div>
  );
}

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
  change(update: (payouts: PayoutValue[]) => PayoutValue[]): void;
}) {
  const isTest = (id: string) => networks.find((network) => network.id === id)?.test;
  const mixed = [true, false].every((test) => payouts.some(({ network }) => isTest(network) === test));
  const free = networks.find(({ id }) => !payouts.some(({ network }) => network === id));
  const add = (network: string) =>
    change((before) => [...before, { key: newKey(), network, payTo: before.at(-1)?.payTo ?? "" }]);
  return (
    <div className="flex flex-col gap-3">
      {payouts.map((payout, at) => (
        <PayoutRow
          key={payout.key}
          payout={payout}
          at={at}
          networks={networks}
          errors={errors}
          hint={at === 0 ? hint : undefined}
          change={(changes) =>
            change((before) =>
              before.map((other) => (other.key === payout.key ? { ...other, ...changes } : other)),
            )
          }
          remove={() => change((before) => before.filter(({ key }) => key !== payout.key))}
        />
      ))}
      {mixed && (
        <Notice tone="warning" title="This endpoint takes test money as well as live money">
          Both buy the same answers, and test money is free. Sell them at an endpoint each, unless what this
          one answers is worth nothing.
        </Notice>
      )}
      {errors.payouts && (
        <p role="alert" className="text-small text-danger">
          {errors.payouts}
        </p>
      )}
      {free && (
        <div>
          <Button size="small" onClick={() => add(free.id)}>
            <Plus aria-hidden />
            {payouts.length === 0 ? "Add a payout address" : "Take payments on another network"}
          </Button>
        </div>
      )}
    </div>
  );
}
