import type { PaymentRequirementsV1 } from "@x402/core/schemas";
import type { PaymentRequirements } from "@x402/core/types";
import type { Address } from "viem";

/** One way to pay for a call: what a 402 asks for. */
export interface Offer {
  scheme: string;
  /** CAIP-2 id. */
  network: `${string}:${string}`;
  /** The network's name in x402 v1, or null when v1 clients cannot pay on it. */
  v1Network: string | null;
  /** Base units of the asset. */
  amount: bigint;
  asset: Address;
  payTo: Address;
  maxTimeoutSeconds: number;
  /** What the scheme tells the client besides; for EIP-3009 the token's EIP-712 domain. */
  extra: Record<string, string>;
}

/** What is being sold, as a 402 describes it. */
export interface Resource {
  /** The public URL of the call. */
  url: string;
  description: string;
  serviceName: string;
}

/** Writes an offer as x402 v2 payment requirements. */
export function toRequirementsV2(offer: Offer): PaymentRequirements {
  const { scheme, network, asset, payTo, maxTimeoutSeconds, extra } = offer;
  return { scheme, network, amount: offer.amount.toString(), asset, payTo, maxTimeoutSeconds, extra };
}

/** Writes an offer as x402 v1 payment requirements, or null where v1 has no name for its network. */
export function toRequirementsV1(offer: Offer, resource: Resource): PaymentRequirementsV1 | null {
  if (offer.v1Network === null) return null;
  return {
    scheme: offer.scheme,
    network: offer.v1Network,
    maxAmountRequired: offer.amount.toString(),
    resource: resource.url,
    description: resource.description,
    mimeType: "",
    payTo: offer.payTo,
    maxTimeoutSeconds: offer.maxTimeoutSeconds,
    asset: offer.asset,
    extra: { name: offer.extra.name, version: offer.extra.version },
  };
}
