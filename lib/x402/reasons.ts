/** How one refusal is answered and explained. */
export interface Reason {
  status: number;
  /** A few words, the same for every occurrence (RFC 9457 `title`). */
  title: string;
  /** One sentence: what happened, and what it means for the money. */
  detail: string;
  /** What the caller should do next. */
  action: string;
  /** Seconds for `Retry-After`, where waiting helps. */
  retryAfterSeconds?: number;
}

/** Every stable code a caller, a payment row or a screen can meet. The only place where they and their words stand. */
export const REASONS = {
  payment_required: {
    status: 402,
    title: "Payment required",
    detail: "This call has a price and carries no payment.",
    action: "Sign one of the offers and send the call again with the payment header.",
  },
  payment_terms_changed: {
    status: 402,
    title: "The terms have changed",
    detail: "The payment matches none of the current offers. Nothing was charged.",
    action: "Sign one of the offers in this answer.",
  },
  invalid_signature: {
    status: 402,
    title: "Invalid signature",
    detail: "The signature is not the payer's for this authorization. Nothing was charged.",
    action: "Sign the offer again with the paying wallet, on the network and token it names.",
  },
  insufficient_funds: {
    status: 402,
    title: "Not enough funds",
    detail: "The paying wallet holds less than the price. Nothing was charged.",
    action: "Add funds to the wallet, or pay from another one, and sign again.",
  },
  authorization_expired: {
    status: 402,
    title: "Authorization expired",
    detail: "The authorization ran out before the payment could settle. Nothing was charged.",
    action: "Sign one of the offers in this answer.",
  },
  authorization_not_yet_valid: {
    status: 402,
    title: "Authorization not valid yet",
    detail: "The authorization becomes valid in the future. Nothing was charged.",
    action: "Sign again with validAfter in the past.",
  },
  authorization_window_too_short: {
    status: 402,
    title: "Authorization window too short",
    detail: "The authorization could run out before the call ends. Nothing was charged.",
    action: "Sign again with validBefore at least maxTimeoutSeconds from now.",
  },
  authorization_window_too_long: {
    status: 402,
    title: "Authorization window too long",
    detail: "The authorization stays valid for much longer than the call can take. Nothing was charged.",
    action: "Sign again with validBefore maxTimeoutSeconds from now, and at most an hour later.",
  },
  payment_cancelled: {
    status: 402,
    title: "Payment cancelled",
    detail: "The authorization was cancelled or its nonce was used elsewhere, so it paid for nothing here.",
    action: "Sign one of the offers in this answer.",
  },
  settlement_reverted: {
    status: 402,
    title: "Settlement failed",
    detail: "The chain refused the transfer. Nothing was charged.",
    action: "Sign one of the offers in this answer.",
  },
  invalid_payment_header: {
    status: 400,
    title: "Invalid payment header",
    detail: "The payment header is not base64 of a well-formed x402 payment. Nothing was charged.",
    action:
      "Send PAYMENT-SIGNATURE (x402 v2) or X-PAYMENT (v1) as an x402 client library writes it; a payment-identifier has 16 to 128 letters, digits, - or _.",
  },
  ambiguous_payment_header: {
    status: 400,
    title: "Ambiguous payment header",
    detail: "The call carries more than one payment. Nothing was charged.",
    action: "Send exactly one payment header.",
  },
  bad_request: {
    status: 400,
    title: "Bad request",
    detail: "The request is malformed or its path cannot be matched safely. Nothing was charged.",
    action: "Correct the request and send it again; a payment for it can be used again.",
  },
  payment_in_progress: {
    status: 409,
    title: "Payment in progress",
    detail: "This payment is being worked on for an earlier copy of this call.",
    action: "Send the same call with the same payment again; do not sign a new one.",
    retryAfterSeconds: 1,
  },
  payment_used_for_other_request: {
    status: 409,
    title: "Payment used for another request",
    detail: "This payment belongs to a different call: another method, path, query, body or authorization.",
    action: "Send the call it was first used for, or sign a new payment for this one.",
  },
  idempotency_mismatch: {
    status: 409,
    title: "Identifier and payment do not match",
    detail:
      "This payment-identifier came first with another payment, or this payment with another identifier.",
    action:
      "Send the payment and the identifier that belong together, or sign a new payment with an identifier of its own.",
  },
  answer_expired: {
    status: 410,
    title: "Answer no longer kept",
    detail: "This payment was settled and its answer was kept for 24 hours, which have passed.",
    action: "Sign a new payment to make the call again.",
  },
  attempts_exhausted: {
    status: 409,
    title: "Too many attempts",
    detail: "The upstream was asked five times for this payment and never gave an answer to keep.",
    action:
      "Contact the seller with the paying address and the time of the call; what was paid is listed there as owed.",
  },
  settlement_pending: {
    status: 503,
    title: "Settlement pending",
    detail: "The payment was sent to the network and its outcome is not known yet.",
    action: "Send the same call with the same payment again; do not sign a new one.",
    retryAfterSeconds: 2,
  },
  service_unavailable: {
    status: 503,
    title: "Service unavailable",
    detail: "Farebox cannot serve this call right now. No new charge was made.",
    action: "Send the same call again, with the same payment if it carried one.",
    retryAfterSeconds: 2,
  },
  chain_unavailable: {
    status: 503,
    title: "Network unavailable",
    detail: "The payment network cannot be reached right now. No new charge was made.",
    action: "Send the same call with the same payment again.",
    retryAfterSeconds: 2,
  },
  endpoint_paused: {
    status: 503,
    title: "Endpoint paused",
    detail: "The seller has paused this endpoint. Nothing was charged.",
    action: "Try again later.",
    retryAfterSeconds: 60,
  },
  merchant_suspended: {
    status: 503,
    title: "Seller suspended",
    detail: "Nothing is sold for this seller at present. Nothing was charged.",
    action: "Use another seller; what was paid for earlier can still be fetched with its payment.",
    retryAfterSeconds: 3600,
  },
  no_network_available: {
    status: 503,
    title: "No network available",
    detail:
      "On none of the seller's networks can this price be settled now: its gas costs too much, or it is out of service.",
    action: "Try again later; the seller may raise the price or sell on another network.",
    retryAfterSeconds: 60,
  },
  payer_blocked: {
    status: 429,
    title: "Payer blocked",
    detail: "Too many payments of this wallet failed within an hour. Nothing was charged.",
    action: "Wait an hour, and keep the funds of what you sign until it has settled.",
    retryAfterSeconds: 3600,
  },
  merchant_loss: {
    status: 402,
    title: "Payment undone by the chain",
    detail:
      "The chain dropped the transfer after the call was answered, for good. Nothing was charged in the end.",
    action: "Sign one of the offers in this answer to make the call again.",
  },
  upstream_unreachable: {
    status: 502,
    title: "Upstream unreachable",
    detail: "The seller's server could not be reached.",
    action: "Send the same call with the same payment again later.",
  },
  upstream_invalid: {
    status: 502,
    title: "Upstream answer invalid",
    detail: "The seller's server gave an answer that cannot be passed on.",
    action: "Send the same call with the same payment again later.",
  },
  upstream_timeout: {
    status: 504,
    title: "Upstream timeout",
    detail: "The seller's server did not answer in time.",
    action: "Send the same call with the same payment again later.",
  },
  upstream_status: {
    status: 502,
    title: "Upstream refused",
    detail: "The seller's server answered with a status other than 2xx, which was passed on.",
    action: "Send the same call with the same payment again, or correct the call.",
  },
  caller_gone: {
    status: 400,
    title: "Caller gone",
    detail: "The caller hung up before the upstream was called. Nothing was charged.",
    action: "Send the same call with the same payment again.",
  },
  interrupted: {
    status: 503,
    title: "Interrupted",
    detail: "The process that worked on this payment stopped before the upstream's answer was kept.",
    action: "Send the same call with the same payment again.",
  },
  not_found: {
    status: 404,
    title: "Not found",
    detail: "There is no endpoint at this address.",
    action: "Check the gateway URL.",
  },
  no_rule: {
    status: 404,
    title: "Path not offered",
    detail: "The endpoint has no rule for this method and path.",
    action: "Check the method and path with the seller.",
  },
  method_not_allowed: {
    status: 405,
    title: "Method not allowed",
    detail: "CONNECT and TRACE are never passed on.",
    action: "Use another method.",
  },
  request_timeout: {
    status: 408,
    title: "Request timeout",
    detail: "The request body did not arrive in time. Nothing was charged.",
    action: "Send the call again.",
  },
  body_too_large: {
    status: 413,
    title: "Body too large",
    detail: "A request body may hold at most 1 MiB. Nothing was charged.",
    action: "Send a smaller body.",
  },
  expectation_failed: {
    status: 417,
    title: "Expectation failed",
    detail: "The Expect header is not supported. Nothing was charged.",
    action: "Send the call without it.",
  },
  misdirected_request: {
    status: 421,
    title: "Misdirected request",
    detail: "This host name is not served here.",
    action: "Use the gateway URL as the seller published it.",
  },
  header_too_large: {
    status: 431,
    title: "Headers too large",
    detail:
      "A payment header may hold at most 8 KiB, and a call at most 256 header lines. Nothing was charged.",
    action:
      "Send the payment without extensions you do not need, and the call without headers you do not need.",
  },
  internal_error: {
    status: 500,
    title: "Internal error",
    detail: "Something went wrong on our side and was logged.",
    action: "Send the same call again, with the same payment if it carried one; it is never charged twice.",
  },
  websocket_not_supported: {
    status: 501,
    title: "Upgrade not supported",
    detail: "Protocol upgrades such as WebSocket cannot be paid for by the call. Nothing was charged.",
    action: "Use plain HTTP or server-sent events.",
  },
  loop_detected: {
    status: 508,
    title: "Loop detected",
    detail: "This call already came through a Farebox gateway. Nothing was charged.",
    action: "The seller must point the endpoint at their own server.",
  },
} as const satisfies Record<string, Reason>;

/** A stable code. */
export type ReasonCode = keyof typeof REASONS;

/** Looks a code up that came from the database as plain text. */
export function reasonFor(code: string): Reason | undefined {
  return Object.hasOwn(REASONS, code) ? REASONS[code as ReasonCode] : undefined;
}

/** The body of a refusal: problem details (RFC 9457) with our code and what to do. */
export function problem(code: ReasonCode): {
  title: string;
  status: number;
  code: ReasonCode;
  detail: string;
  action: string;
} {
  const { title, status, detail, action } = REASONS[code];
  return { title, status, code, detail, action };
}
