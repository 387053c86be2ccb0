import { z } from "zod";
import { echoedExtensions } from "./payment-identifier";
import { parseStrictly } from "./strict-json";

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

const short = z.string().min(1).max(128);
const payload = z.record(z.string(), z.unknown());
const extra = z.object({ paymentFlow: short.nullish() }).nullish();

const v2 = z.object({
  x402Version: z.literal(2),
  accepted: z.object({ scheme: short, network: short, amount: short, asset: short, payTo: short, extra }),
  payload,
  extensions: echoedExtensions,
});

const v1 = z.object({ x402Version: z.literal(1), scheme: short, network: short, payload });

function decode(value: string): unknown {
  // Standard base64 with padding only (transports-v2/http): other alphabets would be other bytes for one payment.
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(value) || value.length % 4 !== 0) return undefined;
  return parseStrictly(Buffer.from(value, "base64").toString("utf8"));
}

/** Finds and reads the payment of a request: `PAYMENT-SIGNATURE` (v2) or `X-PAYMENT` (v1), exactly one of them. */
export function readPaymentHeader(headers: readonly (readonly [string, string])[]): PaymentHeader {
  const found = headers.filter(([name]) => /^(payment-signature|x-payment)$/i.test(name));
  const [first] = found;
  if (first === undefined) return { ok: true, payment: null };
  if (found.length > 1) return { ok: false, code: "ambiguous_payment_header" };
  const [name, value] = first;
  if (value.length > MAX_HEADER_BYTES) return { ok: false, code: "header_too_large" };
  const json = decode(value.trim());
  if (name.length === "x-payment".length) {
    const read = v1.safeParse(json);
    if (!read.success) return { ok: false, code: "invalid_payment_header" };
    const { scheme, network, payload } = read.data;
    return { ok: true, payment: { protocol: 1, scheme, network, accepted: null, payload, identifier: null } };
  }
  const read = v2.safeParse(json);
  if (!read.success) return { ok: false, code: "invalid_payment_header" };
  const { scheme, network, extra, ...offer } = read.data.accepted;
  const accepted = { ...offer, paymentFlow: extra?.paymentFlow ?? null };
  const { payload, extensions: identifier } = read.data;
  return { ok: true, payment: { protocol: 2, scheme, network, accepted, payload, identifier } };
}
