import { type Hex, isHash } from "viem";
import { z } from "zod";
import type { Log } from "@/lib/log";
import type { CdpAuth } from "./cdp-auth";
import type { Authorization, Network, Submitter } from "./chain";

type Facilitator = Extract<Submitter, { kind: "facilitator" }>;

/** How long a facilitator may take; after that the chain is asked what came of it. */
const SETTLE_TIMEOUT_MS = 10_000;
/** What the SDK's servers put here; a facilitator reads the authorization itself. */
const MAX_TIMEOUT_SECONDS = 300;

const answerSchema = z.object({
  success: z.boolean().nullish(),
  errorReason: z.string().nullish(),
  transaction: z.string().nullish(),
});

/** What a facilitator is reached by. */
export interface FacilitatorOptions {
  /** Base URL; `/settle` is appended. */
  url: string;
  network: Network;
  /** Signs requests to Coinbase's facilitator; null for all others. */
  auth: CdpAuth | null;
  log: Log;
}

/** Opens an x402 facilitator over HTTP. Nothing it says is believed: it names a transaction, and the chain proves it. */
export function openFacilitator({ url, network, auth, log }: FacilitatorOptions): Facilitator {
  const settleUrl = `${url.replace(/\/+$/, "")}/settle`;
  return {
    kind: "facilitator",
    url,
    async settle(authorization) {
      try {
        const response = await fetch(settleUrl, {
          method: "POST",
          headers: { "content-type": "application/json", ...(await auth?.("POST", settleUrl)) },
          body: JSON.stringify(settleRequest(network, authorization)),
          redirect: "manual",
          signal: AbortSignal.timeout(SETTLE_TIMEOUT_MS),
        });
        const answer = answerSchema.parse(await response.json());
        const { status } = response;
        if (answer.success !== true) {
          log.warn("facilitator_refused", { network: network.id, status, reason: answer.errorReason });
        }
        return { txHash: hashIn(answer.transaction) };
      } catch (error) {
        log.warn("facilitator_unclear", { network: network.id, error });
        return { txHash: null };
      }
    },
  };
}

function hashIn(transaction: string | null | undefined): Hex | null {
  return transaction && isHash(transaction) ? transaction : null;
}

/** The body of POST /settle. An authorization is the same in v1 and v2 of x402, and v2 is what every facilitator speaks. */
function settleRequest(network: Network, authorization: Authorization) {
  const { asset, signature, from, to, value, validAfter, validBefore, nonce } = authorization;
  const requirements = {
    scheme: "exact",
    network: network.id,
    amount: value.toString(),
    asset,
    payTo: to,
    maxTimeoutSeconds: MAX_TIMEOUT_SECONDS,
    extra: { name: network.token.name, version: network.token.version },
  };
  const payload = {
    signature,
    authorization: {
      from,
      to,
      value: value.toString(),
      validAfter: validAfter.toString(),
      validBefore: validBefore.toString(),
      nonce,
    },
  };
  return {
    x402Version: 2,
    paymentPayload: { x402Version: 2, accepted: requirements, payload },
    paymentRequirements: requirements,
  };
}
