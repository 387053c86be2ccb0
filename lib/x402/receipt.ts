import { encodePaymentResponseHeader } from "@x402/core/http";

/** What came of a payment, as the caller is told in `PAYMENT-RESPONSE` (v2) or `X-PAYMENT-RESPONSE` (v1). */
export interface Receipt {
  success: boolean;
  /** A stable code, when `success` is false. */
  errorReason?: string;
  payer: string;
  /** Transaction hash; empty while there is none. */
  transaction: string;
  /** CAIP-2 id for v2 clients, the v1 name for v1 clients. */
  network: string;
  /** Base units. */
  amount: bigint;
}

/** Writes a receipt as the response header that belongs to the protocol version the client spoke. */
export function receiptHeader(receipt: Receipt, protocol: 1 | 2): [name: string, value: string] {
  const { amount, network, ...rest } = receipt;
  const value = encodePaymentResponseHeader({
    ...rest,
    network: network as `${string}:${string}`,
    ...(protocol === 2 && { amount: amount.toString() }),
  });
  return [protocol === 2 ? "PAYMENT-RESPONSE" : "X-PAYMENT-RESPONSE", value];
}
