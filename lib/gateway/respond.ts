import { formatUsd } from "@/lib/money";
import { buildChallenge } from "@/lib/x402/challenge";
import type { Offer } from "@/lib/x402/offer";
import { problem, REASONS, type Reason, type ReasonCode } from "@/lib/x402/reasons";
import { CHALLENGE_PAGE_POLICY, challengePage } from "./html";
import type { EndpointTerms, GatewayRequest, GatewayResponse, NamedRequest } from "./ports";

const encoder = new TextEncoder();

/** Adds a header line to a response. */
export function withHeader<Response extends GatewayResponse>(
  response: Response,
  line: [string, string],
): Response {
  return { ...response, headers: [...response.headers, line] };
}

/** A refusal: problem+json (RFC 9457) with a stable code, one sentence, what to do, and the id to ask us about. */
export function refuse(code: ReasonCode, { id }: Pick<NamedRequest, "id">): GatewayResponse {
  const { status, retryAfterSeconds }: Reason = REASONS[code];
  const response: GatewayResponse = {
    status,
    headers: [["Content-Type", "application/problem+json"]],
    body: encoder.encode(JSON.stringify({ ...problem(code), requestId: id })),
  };
  return retryAfterSeconds === undefined
    ? response
    : withHeader(response, ["Retry-After", String(retryAfterSeconds)]);
}

/** Whether a browser asks: people get a page, programs JSON. */
export function acceptsPage(request: GatewayRequest): boolean {
  return request.headers.some(([name, value]) => /^accept$/i.test(name) && /text\/html/i.test(value));
}

/** What a 402 says. */
export interface Demand {
  requestId: string;
  wantsPage: boolean;
  sellerName: string;
  terms: EndpointTerms;
  offers: readonly Offer[];
  priceMicroUsd: bigint;
  networkNames: readonly string[];
  isTest: boolean;
  /** Public URL of the call. */
  resourceUrl: string;
  /** Where a person can pay for it. */
  payUrl: string;
}

/** A 402: for x402 v2 in its header, for v1 in its body, and for people as a page with the same header. */
export function challenge(demand: Demand, code: ReasonCode): GatewayResponse {
  const { requestId, terms, offers, sellerName, resourceUrl, payUrl } = demand;
  const resource = {
    url: resourceUrl,
    description: terms.description || terms.name,
    serviceName: sellerName,
  };
  const { header, body } = buildChallenge(offers, resource, code);
  const required: [string, string] = ["PAYMENT-REQUIRED", header];
  if (!demand.wantsPage) {
    const headers: GatewayResponse["headers"] = [["Content-Type", "application/problem+json"], required];
    return { status: 402, headers, body: encoder.encode(JSON.stringify({ ...body, requestId })) };
  }
  const page = challengePage({
    title: terms.name,
    description: terms.description,
    seller: sellerName,
    priceText: formatUsd(demand.priceMicroUsd),
    networkName: demand.networkNames.join(" or "),
    isTest: demand.isTest,
    payUrl,
    gatewayUrl: resourceUrl,
  });
  const type: [string, string] = ["Content-Type", "text/html; charset=utf-8"];
  return {
    status: 402,
    headers: [type, ["Content-Security-Policy", CHALLENGE_PAGE_POLICY], required],
    body: encoder.encode(page),
  };
}
