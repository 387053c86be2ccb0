import type { Address } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { paymentHeader, type Quote } from "@/e2e/campaigns/payers";
import type { Authorization } from "@/lib/chain/chain";
import { authorize } from "@/lib/chain/fixture";
import { networkById } from "@/lib/chain/networks";
import { exactIdentity } from "@/lib/x402/exact";
import { exactOffer } from "@/lib/x402/exact-offer";
import { toRequirementsV2 } from "@/lib/x402/offer";
import type { Lane } from "./lane";

const NETWORK = "eip155:84532";
const PRICE_MICRO_USD = 10_000n;
const UPSTREAM_TIMEOUT_MS = 30_000;
/** However slow the machine, no payment of a sequence runs out during it; nearly as long as the gateway takes. */
const VALID_SECONDS = 3_600n;

/** An endpoint of one sequence. */
export interface Endpoint {
  id: string;
  slug: string;
  charge: "after" | "before";
  version: number;
}

/** A payment of one sequence, signed. */
export interface Payment {
  payer: PrivateKeyAccount;
  authorization: Authorization;
  identity: Buffer;
  /** Path below the endpoint: by it the merchant's server knows which payment a call is for. */
  target: string;
  headers: Record<string, string>;
}

/** The row of an endpoint's version that pays this address. */
export function versionOf({ gate }: Lane, { id, slug, charge, version }: Endpoint, payTo: Address) {
  return {
    endpointId: id,
    version,
    name: slug,
    upstream: `http://127.0.0.1:${gate.port}`,
    charge,
    upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS,
    rules: [{ method: "*", path: "/*path", priceMicroUsd: `${PRICE_MICRO_USD}` }],
    payouts: [{ network: NETWORK, payTo }],
  };
}

/** Signs a payment of its own payer for such a version. */
export async function sign(
  lane: Lane,
  payTo: Address,
  target: string,
  charge: "after" | "before",
): Promise<Payment> {
  const network = networkById(NETWORK);
  if (!network) throw new Error(`${NETWORK} is not known`);
  const { id, v1Name, token, chainId } = network;
  const terms = { payTo, priceMicroUsd: PRICE_MICRO_USD, charge, upstreamTimeoutMs: UPSTREAM_TIMEOUT_MS };
  const offer = exactOffer({ id, v1Name, token }, terms);
  const payer = await lane.payer();
  const { digest: _, ...authorization } = await authorize(payer, {
    to: payTo,
    value: offer.amount,
    validBefore: BigInt(Math.floor(Date.now() / 1000)) + VALID_SECONDS,
  });
  const { signature, asset: __, value, validAfter, validBefore, ...rest } = authorization;
  const numbers = { value: `${value}`, validAfter: `${validAfter}`, validBefore: `${validBefore}` };
  const { name, version } = token;
  const v2 = { ...toRequirementsV2(offer), extra: { ...offer.extra, name, version } };
  const quote: Quote = { v2, v1Network: v1Name ?? "" };
  const headers = paymentHeader(2, quote, { signature, authorization: { ...rest, ...numbers } });
  const identity = exactIdentity(authorization, { ...token, chainId });
  return { payer, authorization, identity, target, headers };
}
