"use client";

import type { PaymentRequired } from "@x402/core/types";
import { useCallback, useEffect, useRef, useState } from "react";
import type { useWallet } from "@/components/wallet";
import {
  type Accept,
  askPrice,
  type Delivered,
  type PaymentHeader,
  present,
  type Refusal,
  signOffer,
} from "./gateway-call";
import { keepPayment, keptPayment } from "./kept-payment";
import type { PayStep } from "./steps";

/** How far buying one call got. */
export type PayState =
  | { kind: "asking" }
  | { kind: "refused"; refusal: Refusal }
  /** `problem` says why the last try came to nothing. */
  | { kind: "priced"; required: PaymentRequired; problem: string | null }
  /** `required` is null when a payment signed before a reload is presented again. */
  | { kind: "paying"; required: PaymentRequired | null }
  /** A signed payment exists and is to be presented again. */
  | { kind: "stuck"; refusal: Refusal }
  | { kind: "delivered"; delivered: Delivered };

const MAX_PRESENTATIONS = 60;

const UNDECIDED: Refusal = {
  code: "settlement_pending",
  text: "The network has not decided about your payment yet. Ask again with the same payment in a minute.",
  keepsPayment: true,
  uncharged: false,
};

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Presents one signed payment until its outcome is known; never another one. */
async function presentUntilDecided(url: string, header: PaymentHeader) {
  for (let tries = 1; ; tries += 1) {
    const presented = await present(url, header);
    if (presented.kind !== "pending") return presented;
    if (tries === MAX_PRESENTATIONS) return { kind: "refused", refusal: UNDECIDED } as const;
    await wait(presented.retryAfterMs);
  }
}

/** Buys one call of a gateway URL: asks its price, has it signed, presents the payment, and keeps it until it is answered. */
export function usePayment(url: string, wallet: ReturnType<typeof useWallet>) {
  const [state, setState] = useState<PayState>({ kind: "asking" });
  const [steps, setSteps] = useState<PayStep[]>([]);
  const begin = useCallback((text: string) => {
    setSteps((before) => [...before.filter(({ tookMs }) => tookMs !== null), { text, tookMs: null }]);
  }, []);
  const end = useCallback((text: string | null, tookMs: number) => {
    setSteps((before) => {
      const done = before.filter((step) => step.tookMs !== null);
      return text === null ? done : [...done, { text, tookMs }];
    });
  }, []);

  const ask = useCallback(
    async (problem: string | null) => {
      setState({ kind: "asking" });
      setSteps([]);
      const asked = await askPrice(url);
      if (asked.kind === "free") return setState({ kind: "delivered", delivered: asked.delivered });
      if (asked.kind === "refused") return setState(asked);
      setState({ kind: "priced", required: asked.required, problem });
      setSteps([{ text: "Price asked", tookMs: asked.tookMs }]);
    },
    [url],
  );

  const finish = useCallback(
    async (header: PaymentHeader, required: PaymentRequired | null) => {
      setState({ kind: "paying", required });
      begin("Paying and asking the seller");
      const presented = await presentUntilDecided(url, header);
      if (presented.kind === "paid") {
        end("Paid and answered", presented.tookMs);
        return setState({ kind: "delivered", delivered: presented.delivered });
      }
      end(null, 0);
      const { refusal } = presented;
      if (refusal.keepsPayment) return setState({ kind: "stuck", refusal });
      keepPayment(url, null);
      return ask(refusal.text);
    },
    [url, ask, begin, end],
  );

  // An effect may run twice; a payment is presented once at a time.
  const begun = useRef(false);
  useEffect(() => {
    if (begun.current) return;
    begun.current = true;
    const kept = keptPayment(url);
    if (kept) finish(kept, null);
    else ask(null);
  }, [url, ask, finish]);

  const pay = async (required: PaymentRequired, accept: Accept) => {
    if (wallet.address === null) return;
    setState({ kind: "paying", required });
    setSteps(([asked]) => (asked ? [asked] : []));
    begin("Waiting for your signature");
    const from = performance.now();
    const signed = await signOffer(required, accept, wallet.address, wallet.signTypedData);
    if (!signed.ok) {
      end(null, 0);
      return setState({ kind: "priced", required, problem: signed.reason });
    }
    end("Signed", Math.round(performance.now() - from));
    keepPayment(url, signed.value);
    return finish(signed.value, required);
  };

  return {
    state,
    steps,
    ask: () => ask(null),
    pay,
    /** Presents the payment that was signed again. */
    askAgain() {
      const kept = keptPayment(url);
      return kept ? finish(kept, null) : ask(null);
    },
    /** Forgets the payment that was signed, and begins with the price. */
    startOver() {
      keepPayment(url, null);
      return ask(null);
    },
  };
}
