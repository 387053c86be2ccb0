import { createHash } from "node:crypto";
import { type Hex, isHash } from "viem";
import { z } from "zod";
import type { Log } from "@/lib/log";
import type { CdpAuth } from "./cdp-auth";
import type { Authorization, AuthorizationKey, Network, Submitter } from "./chain";
import { type Asked, createFacilitatorClient } from "./facilitator-client";

type Facilitator = Extract<Submitter, { kind: "facilitator" }>;

/** How long a facilitator may take, and how long when it is asked again; after that the chain alone tells what came of it. */
const SETTLE_TIMEOUT_MS = 10_000;
const RETRY_TIMEOUT_MS = 5_000;
/** What the SDK's servers put here; a facilitator reads the authorization itself. */
const MAX_TIMEOUT_SECONDS = 300;

const answerSchema = z.object({
  success: z.boolean().nullish(),
  errorReason: z.string().nullish(),
  transaction: z.string().nullish(),
});

/** What a facilitator is reached by. */
export interface FacilitatorOptions {
  /** Base URL; `/settle` and `/supported` are appended. */
  url: string;
  network: Network;
  /** Signs requests to Coinbase's facilitator; null for all others. */
  auth: CdpAuth | null;
  /** Whether the chain shows that the nonce of an authorization is used or cancelled; throws when no RPC answers. */
  isUsed(key: AuthorizationKey): Promise<boolean>;
  log: Log;
}

/**
 * Opens an x402 facilitator over HTTP. Nothing it says is believed: it names a transaction, and the chain proves it. One
 * that gives no clear answer is asked once more, with the same idempotency key, when the chain shows no trace of the
 * first time. No other is ever asked for the same payment: it might settle what this one is about to.
 */
export function openFacilitator({ url, network, auth, isUsed, log }: FacilitatorOptions): Facilitator {
  const { post, health } = createFacilitatorClient(url, network, auth);

  async function ask(authorization: Authorization, timeoutMs: number): Promise<Asked> {
    const asked = await post("/settle", {
      body: settleRequest(network, authorization),
      idempotencyKey: idempotencyKeyOf(network, authorization),
      timeoutMs,
    });
    if (!asked.clear) log.warn("facilitator_unclear", { network: network.id, reason: asked.reason });
    return asked;
  }

  return {
    kind: "facilitator",
    url,
    health,
    async settle(authorization) {
      let asked = await ask(authorization, SETTLE_TIMEOUT_MS);
      // A silent chain is a reason to wait and not to ask again.
      const isUntouched = async () => !(await isUsed(authorization).catch(() => true));
      if (!asked.clear && (await isUntouched())) asked = await ask(authorization, RETRY_TIMEOUT_MS);
      if (!asked.clear) return { txHash: null };
      const answer = answerSchema.safeParse(asked.body).data;
      if (answer?.success !== true) {
        log.warn("facilitator_refused", {
          network: network.id,
          status: asked.status,
          reason: answer?.errorReason,
        });
      }
      return { txHash: hashIn(answer?.transaction) };
    },
  };
}

function hashIn(transaction: string | null | undefined): Hex | null {
  return transaction && isHash(transaction) ? transaction : null;
}

/** The same for one authorization whenever and by whichever replica it is sent; in the form of a UUID v4, as Coinbase demands. */
function idempotencyKeyOf(network: Network, { asset, from, nonce }: AuthorizationKey): string {
  const bytes = createHash("sha256")
    .update([network.id, asset, from, nonce].join(" ").toLowerCase())
    .digest()
    .subarray(0, 16);
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
  return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
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
