"use client";

import { Button } from "@/components/ui/button";
import { Notice } from "@/components/ui/notice";
import { Skeleton } from "@/components/ui/skeleton";
import { useWallet } from "@/components/wallet";
import { Content } from "./content";
import { OfferStep } from "./offer-step";
import { Receipt } from "./receipt";
import { Steps } from "./steps";
import { usePayment } from "./use-payment";
import type { PayNetwork } from "./wallet-step";

const WIDE = "h-11 w-full";

/** Asks the price of a gateway URL, has it paid with the person's wallet, and shows what they paid for. */
export function Payment({
  url,
  sellerName,
  networks,
}: {
  url: string;
  sellerName: string;
  networks: readonly PayNetwork[];
}) {
  const wallet = useWallet();
  const { state, steps, ask, pay, askAgain, startOver } = usePayment(url, wallet);

  if (state.kind === "asking") {
    return (
      <div className="flex flex-col gap-4">
        <span className="flex flex-col gap-2">
          <Skeleton className="h-8 w-28" />
          <Skeleton className="h-4.5 w-56" />
        </span>
        <Skeleton className={WIDE} />
      </div>
    );
  }
  if (state.kind === "refused") {
    return (
      <div className="flex flex-col gap-4">
        <Notice tone="warning" title="This cannot be bought right now">
          {state.refusal.text}
        </Notice>
        <Button className={WIDE} onClick={ask}>
          Try again
        </Button>
      </div>
    );
  }
  if (state.kind === "stuck") {
    return (
      <div className="flex flex-col gap-3">
        <Notice tone="warning" title="Not delivered yet">
          {state.refusal.text}
        </Notice>
        <Button variant="primary" className={WIDE} onClick={askAgain}>
          Ask again with the same payment
        </Button>
        {state.refusal.uncharged && (
          <Button className={WIDE} onClick={startOver}>
            Start over
          </Button>
        )}
      </div>
    );
  }
  if (state.kind === "delivered") {
    const { delivered } = state;
    return (
      <div className="flex flex-col gap-4">
        {delivered.receipt && (
          <Receipt receipt={delivered.receipt} networks={networks} sellerName={sellerName} />
        )}
        <Content delivered={delivered} />
        {delivered.receipt && (
          <>
            <Steps steps={steps} />
            <p className="text-small text-muted">
              Reloading this tab shows this answer again at no charge, for 24 hours.{" "}
              <button type="button" className="underline underline-offset-3" onClick={startOver}>
                Pay for a new one
              </button>
            </p>
          </>
        )}
      </div>
    );
  }
  const { required } = state;
  return (
    <div className="flex flex-col gap-4">
      {required && (
        <OfferStep
          required={required}
          networks={networks}
          sellerName={sellerName}
          wallet={wallet}
          problem={state.kind === "priced" ? (state.problem ?? wallet.error) : null}
          busy={state.kind === "paying"}
          pay={(accept) => pay(required, accept)}
        />
      )}
      {state.kind === "paying" && <Steps steps={steps} />}
    </div>
  );
}
