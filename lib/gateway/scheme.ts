import type { Offer } from "@/lib/x402/offer";
import type { PresentedPayment } from "@/lib/x402/payment-header";
import type { ReasonCode } from "@/lib/x402/reasons";
import type { Charge, ClaimedPayment, EndpointTerms, Funds } from "./ports";

/** Why a payment could not be charged, or what it would be paid from. */
export type ChargeCheck = { fault: ReasonCode; funds: null } | { fault: null; funds: Funds | null };

/** A presented payment as its scheme reads it: what identifies it, and the checks it must pass. */
export interface SchemePayment {
  /** Canonical bytes under the ledger's unique index. */
  identity: Uint8Array;
  /** What the payer signed. */
  digest: Uint8Array;
  signature: string;
  /** CAIP-2 id. */
  network: string;
  asset: string;
  payer: string;
  payTo: string;
  amount: bigint;
  /** What charging it needs, as the ledger stores it. */
  authorization: Record<string, string>;
  /** Unix seconds. */
  validBefore: bigint;
  isFor(offer: Offer): boolean;
  /** Why the signature does not count, or null when it does. */
  signatureFault(): Promise<ReasonCode | null>;
  /** Looks whether the payment could be charged after a call of `upstreamTimeoutMs`; a known one was claimed before. */
  checkCharge(upstreamTimeoutMs: number, isKnown: boolean): Promise<ChargeCheck>;
  /** Whether its money arrived although we did not send it. */
  arrived(): Promise<boolean>;
}

/** One x402 scheme: the only place that knows how it quotes, identifies, checks and charges a payment. */
export interface Scheme {
  /** As on the wire, such as `exact`. */
  name: string;
  /** The ways to pay a price under these terms, in the order clients should prefer them. */
  offers(terms: EndpointTerms, priceMicroUsd: bigint): Offer[];
  /** Reads a payment, or says why it is none of this scheme. */
  read(presented: PresentedPayment): { ok: true; payment: SchemePayment } | { ok: false; code: ReasonCode };
  charge(payment: ClaimedPayment): Promise<Charge>;
}
