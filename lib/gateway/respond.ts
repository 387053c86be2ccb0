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

/** JSON in ASCII alone. */
function asciiJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

/** A refusal: problem+json (RFC 9457) with a stable code, one sentence, what to do, and the id to ask us about. */
export function refuse(code: ReasonCode, { id }: Pick<NamedRequest, "id">): GatewayResponse {
  const { status, retryAfterSeconds }: Reason = REASONS[code];
  const response: GatewayResponse = {
    status,
    headers: [["Content-Type", "application/problem+json"]],
    body: asciiJson({ ...problem(code), requestId: id }),
  };
  return retryAfterSeconds === undefined
    ? response
    : withHeader(response, ["Retry-After", String(retryAfterSeconds)]);
}

/** Whether a browser asks: people get a page, programs JSON. */
export function acceptsPage(request: GatewayRequest): boolean {
  return request.headers.some(
    ([name, value]) =>
      name.length === 6 && name.toLowerCase() === "accept" && value.toLowerCase().includes("text/html"),
  );
}

/** What a 402 says. */
export interface Demand {
  sellerName: string;
  terms: EndpointTerms;
  offers: readonly Offer[];
  priceMicroUsd: bigint;
  networkNames: readonly string[];
  isTest: boolean;
  /** Public URL of the call. */
  resourceUrl: string;
}

/** A 402 that lacks nothing but the id of the request it answers. */
export interface Challenge {
  /** Value of `PAYMENT-REQUIRED`. */
  header: string;
  /** JSON up to that id, in ASCII. */
  beginning: string;
}

const ENDING = '"}';

/** Makes a 402 ready: for x402 v2 in its header, for v1 in its body. */
export function challenge(demand: Demand, code: ReasonCode): Challenge {
  const { terms, offers, sellerName, resourceUrl: url } = demand;
  const resource = { url, description: terms.description || terms.name, serviceName: sellerName };
  const { header, body } = buildChallenge(offers, resource, code);
  return { header, beginning: `${asciiJson(body).slice(0, -1)},"requestId":"` };
}

/** Answers a request with a 402. */
export function challenged({ header, beginning }: Challenge, { id }: NamedRequest): GatewayResponse {
  return {
    status: 402,
    headers: [
      ["Content-Type", "application/problem+json"],
      ["PAYMENT-REQUIRED", header],
    ],
    body: `${beginning}${id}${ENDING}`,
  };
}

/** Shows a person the 402: the page in the place of the JSON, with the same header. */
export function asPage(response: GatewayResponse, demand: Demand, payUrl: string): GatewayResponse {
  const { terms, sellerName, resourceUrl } = demand;
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
  const kept = response.headers.filter(([name]) => name !== "Content-Type");
  return {
    ...response,
    headers: [
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Security-Policy", CHALLENGE_PAGE_POLICY],
      ...kept,
    ],
    body: encoder.encode(page),
  };
}
