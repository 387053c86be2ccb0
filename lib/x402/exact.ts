import { getAddress, type Hex } from "viem";
import { z } from "zod";
import { longestWindowSeconds, SETTLE_MARGIN_SECONDS } from "./exact-offer";
import type { Offer } from "./offer";
import type { PresentedPayment } from "./payment-header";
import type { SignedTransfer, TokenDomain } from "./transfer-digest";

// One spelling of each value, so that one authorization cannot be presented as many (faults A6).
const uint256 = z
  .string()
  .regex(/^(0|[1-9]\d{0,77})$/)
  .transform((digits) => BigInt(digits))
  .refine((value) => value < 1n << 256n);
const address = z
  .string()
  .regex(/^0x[0-9a-f]{40}$/i)
  .transform((text) => getAddress(text.toLowerCase()));
const hex = (pattern: RegExp) =>
  z
    .string()
    .regex(pattern)
    .transform((text) => text.toLowerCase() as Hex);

const payloadSchema = z.object({
  // 65 bytes from an EOA; a contract wallet's may be longer (ERC-1271).
  signature: hex(/^0x(?:[0-9a-f]{2}){65,1024}$/i),
  authorization: z.object({
    from: address,
    to: address,
    value: uint256,
    validAfter: uint256,
    validBefore: uint256,
    nonce: hex(/^0x[0-9a-f]{64}$/i),
  }),
});

/** An EIP-3009 `TransferWithAuthorization` and its signature, in canonical spelling. */
export interface ExactPayment extends SignedTransfer {
  signature: Hex;
}

/** Reads the payload of scheme `exact` (asset transfer method `eip3009`), or null when it is not one. */
export function readExactPayload(payload: Record<string, unknown>): ExactPayment | null {
  const read = payloadSchema.safeParse(payload);
  if (!read.success) return null;
  return { ...read.data.authorization, signature: read.data.signature };
}

/** The order of secp256k1, halved: tokens refuse signatures in the upper half (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n;

/** Whether 65 bytes spell a signature as no token takes it: the same one may be spelled right elsewhere. */
export function isRespelled(signature: Hex): boolean {
  if (signature.length !== 2 + 65 * 2) return false;
  const v = signature.slice(-2);
  return (v !== "1b" && v !== "1c") || BigInt(`0x${signature.slice(66, 130)}`) > HALF_ORDER;
}

/** Whether the payment is for this offer: what was accepted and what was signed both say so. */
export function isForOffer(presented: PresentedPayment, payment: ExactPayment, offer: Offer): boolean {
  const { accepted } = presented;
  if (presented.scheme !== offer.scheme) return false;
  if (presented.network !== (presented.protocol === 1 ? offer.v1Network : offer.network)) return false;
  if (accepted !== null) {
    if (accepted.amount !== offer.amount.toString()) return false;
    if (accepted.asset.toLowerCase() !== offer.asset.toLowerCase()) return false;
    if (accepted.payTo.toLowerCase() !== offer.payTo.toLowerCase()) return false;
    // Who accepted to pay after the call is not charged before it.
    if (accepted.paymentFlow !== (offer.extra.paymentFlow ?? null)) return false;
  }
  return payment.to === offer.payTo && payment.value === offer.amount;
}

/** Why the authorization's time window does not suit a call that may take `upstreamTimeoutMs`, or null when it does. */
export function windowFault(payment: ExactPayment, nowSeconds: bigint, upstreamTimeoutMs: number) {
  if (payment.validBefore <= nowSeconds) return "authorization_expired";
  if (payment.validAfter >= nowSeconds) return "authorization_not_yet_valid";
  const needed = BigInt(Math.ceil(upstreamTimeoutMs / 1000) + SETTLE_MARGIN_SECONDS);
  if (payment.validBefore - nowSeconds < needed) return "authorization_window_too_short";
  return null;
}

/** Whether a payment that was never seen before is valid for longer than any call needs it. */
export function isValidTooLong(
  payment: ExactPayment,
  nowSeconds: bigint,
  upstreamTimeoutMs: number,
): boolean {
  return payment.validBefore - nowSeconds > BigInt(longestWindowSeconds(upstreamTimeoutMs));
}

/**
 * The identity of a payment: canonical bytes of (network, rail, scope, payer, nonce), each with its length.
 * The chain accepts a nonce once per token and payer, so two payments of one identity can never both be paid.
 */
export function exactIdentity(
  payment: Pick<ExactPayment, "from" | "nonce">,
  token: Pick<TokenDomain, "chainId" | "address">,
): Buffer {
  const parts = [
    Buffer.from(`eip155:${token.chainId}`),
    Buffer.from("eip3009"),
    Buffer.from(token.address.slice(2), "hex"),
    Buffer.from(payment.from.slice(2), "hex"),
    Buffer.from(payment.nonce.slice(2), "hex"),
  ];
  return Buffer.concat(parts.flatMap((part) => [Buffer.of(part.length), part]));
}
