import type { Hex } from "viem";
import { longestWindowSeconds, SETTLE_MARGIN_SECONDS } from "./exact-offer";
import type { ExactPayment } from "./exact-payload";
import type { Offer } from "./offer";
import type { PresentedPayment } from "./payment-header";
import type { TokenDomain } from "./transfer-digest";

/** The order of secp256k1, halved, in digits that compare as the numbers do: tokens refuse a higher s (EIP-2). */
const HALF_ORDER = "7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0";

/** Whether 65 bytes, in small letters, spell a signature as no token takes it: the same one may be spelled right elsewhere. */
export function isRespelled(signature: Hex): boolean {
  if (signature.length !== 2 + 65 * 2) return false;
  const v = signature.slice(-2);
  return (v !== "1b" && v !== "1c") || signature.slice(66, 130) > HALF_ORDER;
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

const RAIL = Buffer.from("eip3009").toString("hex");

/**
 * The identity of a payment: canonical bytes of (network, rail, scope, payer, nonce), each with its length.
 * The chain accepts a nonce once per token and payer, so two payments of one identity can never both be paid.
 */
export function exactIdentity(
  payment: Pick<ExactPayment, "from" | "nonce">,
  token: Pick<TokenDomain, "chainId" | "address">,
): Buffer {
  const parts = [
    Buffer.from(`eip155:${token.chainId}`).toString("hex"),
    RAIL,
    token.address.slice(2),
    payment.from.slice(2),
    payment.nonce.slice(2),
  ];
  return Buffer.from(parts.map(withLength).join(""), "hex");
}

/** Bytes in hex, after their number in one byte. */
function withLength(digits: string): string {
  return (digits.length / 2).toString(16).padStart(2, "0") + digits;
}
