import { createHash } from "node:crypto";
import type { PresentedPayment } from "@/lib/x402/payment-header";
import type { Funds, NamedRequest, NewPayment, PublishedEndpoint } from "./ports";
import type { Quote } from "./quote";
import type { SchemePayment } from "./scheme";
import type { Target } from "./target";

/** A request that has found its endpoint, and whose body is read. */
export interface Call {
  request: NamedRequest;
  target: Target;
  endpoint: PublishedEndpoint;
  body: Uint8Array;
  presentedAt: Date;
}

/** The parts of a call that a payment is bound to. */
type Fingerprinted = Pick<Call, "body"> & {
  request: Pick<NamedRequest, "method">;
  target: Pick<Target, "rawPath" | "rawQuery">;
  endpoint: Pick<PublishedEndpoint, "id">;
};

const DIGEST_OF_NOTHING = createHash("sha256").digest("hex");

/** What a payment is bound to: SHA-256 over the request's parts, each with its length, so that none runs into the next. */
export function fingerprint({ request, target, endpoint, body }: Fingerprinted): Buffer {
  const digest = body.length === 0 ? DIGEST_OF_NOTHING : createHash("sha256").update(body).digest("hex");
  const parts = [request.method, endpoint.id, target.rawPath, target.rawQuery, digest];
  const text = parts.map((part) => `${Buffer.byteLength(part)}:${part}`).join("");
  return createHash("sha256").update(text).digest();
}

/** What the ledger keeps of a client's identifier: enough to know it again, and nothing anybody could present. */
function identifierDigest(identifier: string | null): Buffer | null {
  return identifier === null ? null : createHash("sha256").update(identifier).digest();
}

/** Puts together what a claim writes down: the request, the terms it was quoted, and what the payer signed. */
export function newPayment(
  call: Call,
  { terms, rule }: Pick<Quote, "terms" | "rule">,
  presented: PresentedPayment,
  payment: SchemePayment,
  funds: Funds | null,
): NewPayment {
  const { request, target, endpoint, presentedAt } = call;
  const { identity, digest, network, asset, payer, payTo, amount, authorization, validBefore } = payment;
  return {
    identity,
    digest,
    network,
    asset,
    payer,
    payTo,
    amount,
    authorization,
    validBefore,
    fingerprint: fingerprint(call),
    identifier: identifierDigest(presented.identifier),
    merchantId: endpoint.merchantId,
    endpointId: endpoint.id,
    endpointVersion: terms.version,
    rule,
    method: request.method,
    path: target.rawPath,
    query: target.rawQuery.slice(1),
    protocol: presented.protocol,
    scheme: presented.scheme,
    charge: terms.charge,
    presentedAt,
    funds,
  };
}
