import { decodePaymentSignatureHeader } from "@x402/core/http";
import type { PaymentRequirements } from "@x402/core/types";
import type { ExactEvmScheme } from "@x402/evm/exact/facilitator";
import type { Address } from "viem";
import { toRequirementsV2 } from "@/lib/x402/offer";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import { createExactScheme } from "./exact";
import type { ExactChain, QuotedNetwork } from "./ports";

/** Base units asked for a call here: one cent. */
export const PRICE = 10_000n;

const UPSTREAM_TIMEOUT_MS = 5_000;

/** Unix seconds. */
export function now(): bigint {
  return BigInt(Math.floor(Date.now() / 1000));
}

/** What a call for one cent asks for on a chain, and what our gateway makes of a payment for it before it claims it. */
export interface Judge {
  requirements: PaymentRequirements;
  /** The code that a `PAYMENT-SIGNATURE` is refused with, or null when the gateway would go to work. */
  judge(header: string): Promise<string | null>;
}

/** Opens our scheme exact over one chain, for calls that pay this address. */
export function openJudge(chain: ExactChain & { network: QuotedNetwork }, payTo: Address): Judge {
  const scheme = createExactScheme({
    lowestPrice: () => 0n,
    networks: [chain.network],
    chainOf: () => chain,
    settle: () => Promise.reject(new Error("Nothing is charged here")),
    now,
  });
  const terms = {
    ...{ version: 1, name: "Test", description: "", upstream: "https://example.com" },
    ...{ rules: [], secretHeaders: {}, charge: "after" as const, upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS },
    payouts: [{ network: chain.network.id, payTo }],
  };
  const [offer] = scheme.offers(terms, PRICE);
  if (!offer) throw new Error("The scheme offers nothing");
  return {
    requirements: toRequirementsV2(offer),
    async judge(header) {
      const presented = readPaymentHeader([["PAYMENT-SIGNATURE", header]]);
      if (!presented.ok) return presented.code;
      if (presented.payment === null) return "payment_required";
      const read = scheme.read(presented.payment);
      if (!read.ok) return read.code;
      if (!read.payment.isFor(offer)) return "payment_terms_changed";
      const forged = await read.payment.signatureFault();
      return forged ?? (await read.payment.checkCharge(UPSTREAM_TIMEOUT_MS, false)).fault;
    },
  };
}

/** Whether the SDK's facilitator would settle the payment; what it throws on is no payment to it. */
export async function sdkAccepts(
  sdk: ExactEvmScheme,
  requirements: PaymentRequirements,
  header: string,
): Promise<boolean> {
  try {
    return (await sdk.verify(decodePaymentSignatureHeader(header), requirements)).isValid;
  } catch {
    return false;
  }
}
