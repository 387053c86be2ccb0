import type { Address } from "viem";
import { priceToUnits } from "@/lib/money";
import type { Offer } from "./offer";

/** Seconds an authorization must outlive the upstream's timeout: settling, and clocks that differ. */
export const SETTLE_MARGIN_SECONDS = 30;
/** Seconds added to what a 402 asks for, so that a client that signs at once always has the margin left. */
const SIGNING_MARGIN_SECONDS = 60;

/**
 * Seconds an authorization may be valid beyond what a 402 asks for. Stock clients sign for what is asked, scripts for an
 * hour; whoever signs for years would have us keep what was never charged for as long.
 */
const SPARE_SECONDS = 3_600;

/** A network as an offer names it. */
export interface OfferedNetwork {
  id: `${string}:${string}`;
  v1Name: string | null;
  token: { address: Address; decimals: number; name: string; version: string };
}

/** What is asked for one call, and on which terms. */
export interface ExactTerms {
  payTo: Address;
  priceMicroUsd: bigint;
  charge: "after" | "before";
  upstreamTimeoutMs: number;
}

/** The seconds a 402 asks an authorization to be valid for. */
export function windowSeconds(upstreamTimeoutMs: number): number {
  return Math.ceil(upstreamTimeoutMs / 1000) + SETTLE_MARGIN_SECONDS + SIGNING_MARGIN_SECONDS;
}

/** The most seconds that an authorization may still be valid for when it is first presented. */
export function longestWindowSeconds(upstreamTimeoutMs: number): number {
  return windowSeconds(upstreamTimeoutMs) + SPARE_SECONDS;
}

/** Offers a call for one transfer of the full price (scheme `exact` over EIP-3009) on a network. */
export function exactOffer({ id, v1Name, token }: OfferedNetwork, terms: ExactTerms): Offer {
  return {
    scheme: "exact",
    network: id,
    v1Network: v1Name,
    amount: priceToUnits(terms.priceMicroUsd, token.decimals),
    asset: token.address,
    payTo: terms.payTo,
    maxTimeoutSeconds: windowSeconds(terms.upstreamTimeoutMs),
    extra: {
      name: token.name,
      version: token.version,
      // x402 v2 calls settling before the call "upfront"; the default, "authorization", is not spelled out.
      ...(terms.charge === "before" && { paymentFlow: "upfront" }),
    },
  };
}
