import { readIdentifier } from "./payment-identifier";
import { isObject, parseStrictly } from "./strict-json";

/** Longest payment header read at all; refused before it is decoded. */
const MAX_HEADER_BYTES = 8 * 1024;

/** A payment as its client wrote it, in either protocol version; `payload` is the scheme's to read. */
export interface PresentedPayment {
  protocol: 1 | 2;
  scheme: string;
  /** CAIP-2 id from a v2 client, a v1 name from a v1 client. */
  network: string;
  /** The offer a v2 client says it accepted; v1 clients do not say. */
  accepted: {
    amount: string;
    asset: string;
    payTo: string;
    /** When it is to be settled; null for the default, after the call. */
    paymentFlow: string | null;
  } | null;
  payload: Record<string, unknown>;
  /** What a v2 client calls this payment (`payment-identifier`), or null. */
  identifier: string | null;
}

/** The payment of a request, none, or why what was sent is not one. */
export type PaymentHeader =
  | { ok: true; payment: PresentedPayment | null }
  | { ok: false; code: "invalid_payment_header" | "ambiguous_payment_header" | "header_too_large" };

const INVALID = { ok: false, code: "invalid_payment_header" } as const;

/** Finds and reads the payment of a request: `PAYMENT-SIGNATURE` (v2) or `X-PAYMENT` (v1), exactly one of them. */
export function readPaymentHeader(headers: readonly (readonly [string, string])[]): PaymentHeader {
  let found: { protocol: 1 | 2; value: string } | null = null;
  for (const [name, value] of headers) {
    const protocol = protocolOf(name);
    if (protocol === null) continue;
    if (found !== null) return { ok: false, code: "ambiguous_payment_header" };
    found = { protocol, value };
  }
  if (found === null) return { ok: true, payment: null };
  if (found.value.length > MAX_HEADER_BYTES) return { ok: false, code: "header_too_large" };
  const json = decode(found.value.trim());
  if (!isObject(json) || json.x402Version !== found.protocol) return INVALID;
  const payment = found.protocol === 2 ? readV2(json) : readV1(json);
  return payment === null ? INVALID : { ok: true, payment };
}

function protocolOf(headerName: string): 1 | 2 | null {
  if (headerName.length === "payment-signature".length)
    return /^payment-signature$/i.test(headerName) ? 2 : null;
  return headerName.length === "x-payment".length && /^x-payment$/i.test(headerName) ? 1 : null;
}

function decode(value: string): unknown {
  const bytes = Buffer.from(value, "base64");
  // Standard base64 with padding only (transports-v2/http): other spellings would be other bytes for one payment.
  return bytes.toString("base64") === value ? parseStrictly(bytes.toString("utf8")) : undefined;
}

function readV2({ accepted, payload, extensions }: Record<string, unknown>): PresentedPayment | null {
  const identifier = readIdentifier(extensions);
  if (!isObject(accepted) || !isObject(payload) || identifier === undefined) return null;
  const { scheme, network, amount, asset, payTo } = accepted;
  const paymentFlow = readPaymentFlow(accepted.extra ?? {});
  if (!isShort(scheme) || !isShort(network) || !isShort(amount) || !isShort(asset) || !isShort(payTo))
    return null;
  if (paymentFlow !== null && !isShort(paymentFlow)) return null;
  return {
    protocol: 2,
    scheme,
    network,
    accepted: { amount, asset, payTo, paymentFlow },
    payload,
    identifier,
  };
}

/** Some clients write null for what they leave out. */
function readPaymentFlow(extra: unknown): unknown {
  return isObject(extra) ? (extra.paymentFlow ?? null) : undefined;
}

function readV1({ scheme, network, payload }: Record<string, unknown>): PresentedPayment | null {
  if (!isShort(scheme) || !isShort(network) || !isObject(payload)) return null;
  return { protocol: 1, scheme, network, accepted: null, payload, identifier: null };
}

function isShort(value: unknown): value is string {
  return typeof value === "string" && value.length >= 1 && value.length <= 128;
}
