import type { PaymentRequirements } from "@x402/core/types";
import type { SignedTransfer, TokenDomain } from "@/lib/x402/transfer-digest";
import { now, PRICE } from "./exact-judge.fixture";
import { STRANGER } from "./exact-mutations.fixture";

/** What a payer can sign other than what is asked for. */
export const WISHED: Record<string, () => Partial<SignedTransfer>> = {
  "a value above the price": () => ({ value: PRICE + 1n }),
  "a value below the price": () => ({ value: PRICE - 1n }),
  "a value of zero": () => ({ value: 0n }),
  "another payout address": () => ({ to: STRANGER }),
  "an end that passed": () => ({ validBefore: now() - 1n }),
  "an end of now": () => ({ validBefore: now() }),
  "an end too soon for the chain": () => ({ validBefore: now() + 3n }),
  "an end too soon for the call": () => ({ validBefore: now() + 30n }),
  "an end late enough for the call": () => ({ validBefore: now() + 90n }),
  "an end in an hour": () => ({ validBefore: now() + 3_600n }),
  "an end in a year": () => ({ validBefore: now() + 31_536_000n }),
  "no end": () => ({ validBefore: (1n << 256n) - 1n }),
  "a beginning long ago": () => ({ validAfter: now() - 600n }),
  "a beginning in an hour": () => ({ validAfter: now() + 3_600n }),
  "no beginning": () => ({ validAfter: (1n << 256n) - 1n }),
};

/** Offers a payment can claim to have accepted, beside ours. */
export const ACCEPTED: Record<string, Partial<PaymentRequirements>> = {
  "an offer of another scheme": { scheme: "upto" },
  "an offer on another network": { network: "eip155:8453" },
  "an offer of another amount": { amount: "1" },
  "an offer of another token": { asset: STRANGER },
  "an offer to another payout address": { payTo: STRANGER },
};

/** EIP-712 domains a payer can sign for, beside the token's. */
export const DOMAINS: Record<string, Partial<TokenDomain>> = {
  "another chain": { chainId: 8453 },
  "another token": { address: STRANGER },
  "another name": { name: "USD Coin" },
  "another version": { version: "1" },
};

const SPELLING = "one value has one spelling, so that one authorization is never two payments (faults A6)";
const OFFERED = "what is accepted must be what is offered, whatever was signed besides";
const LONG = "what was never charged must not be kept for as long as its payer likes";

/** All we refuse of what the SDK accepts, with the code, and why. */
export const STRICTER: Record<string, [code: string, because: string]> = {
  "a value in hex": ["invalid_payment_header", SPELLING],
  "a value with zeros before it": ["invalid_payment_header", SPELLING],
  "a value with spaces around it": ["invalid_payment_header", SPELLING],
  "an empty beginning": ["invalid_payment_header", SPELLING],
  "an end too soon for the call": [
    "authorization_window_too_short",
    "the upstream may take its time, and then the money must still be there (faults D15)",
  ],
  "an end in a year": ["authorization_window_too_long", LONG],
  "no end": ["authorization_window_too_long", LONG],
  "an offer of another amount": ["payment_terms_changed", OFFERED],
  "an offer of another token": ["payment_terms_changed", OFFERED],
  "an offer to another payout address": ["payment_terms_changed", OFFERED],
};
