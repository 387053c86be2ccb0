import type { GatewayResponse } from "./ports";

/** Request headers a browser may send us: those of x402 v2 and v1 clients and of ordinary APIs. */
const ALLOWED_HEADERS = [
  "Accept",
  "Accept-Language",
  "Authorization",
  "Content-Type",
  "Idempotency-Key",
  "Last-Event-ID",
  "MCP-Protocol-Version",
  "MCP-Session-Id",
  "PAYMENT-SIGNATURE",
  "SIGN-IN-WITH-X",
  "X-PAYMENT",
  // @x402/fetch, @x402/axios and v1 clients send this response header as a request header.
  "Access-Control-Expose-Headers",
];

const EXPOSED_HEADERS = [
  "PAYMENT-REQUIRED",
  "PAYMENT-RESPONSE",
  "X-PAYMENT-RESPONSE",
  "Retry-After",
  "Idempotent-Replayed",
  "Request-Id",
  "Content-Disposition",
  "Location",
];

/** Headers of every answer of the gateway, a 402 and a refusal included; they replace any of the same name. */
const HOUSE_HEADERS: readonly (readonly [name: string, value: string])[] = [
  ["Cache-Control", "private, no-store"],
  ["Vary", "PAYMENT-SIGNATURE, X-PAYMENT, Accept, Origin"],
  // Any page may call and pay; without Allow-Credentials it can do so in nobody else's name.
  ["Access-Control-Allow-Origin", "*"],
  ["Access-Control-Expose-Headers", EXPOSED_HEADERS.join(", ")],
];

const HOUSE_NAMES = new Set(["request-id", ...HOUSE_HEADERS.map(([name]) => name.toLowerCase())]);

/** Puts the house headers and the request's id on an answer, in place of what it said in their names. */
export function withHouseHeaders(response: GatewayResponse, requestId: string): GatewayResponse {
  const own = response.headers.filter(([name]) => !HOUSE_NAMES.has(name.toLowerCase()));
  const house = HOUSE_HEADERS.map(([name, value]): [string, string] => [name, value]);
  return { ...response, headers: [...own, ...house, ["Request-Id", requestId]] };
}

/** The answer to any OPTIONS: it is never priced and never reaches the upstream. */
export function preflight(): GatewayResponse {
  return {
    status: 204,
    headers: [
      ["Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
      ["Access-Control-Allow-Methods", "GET, HEAD, POST, PUT, PATCH, DELETE"],
      ["Access-Control-Allow-Headers", ALLOWED_HEADERS.join(", ")],
      ["Access-Control-Max-Age", "7200"],
    ],
    body: null,
  };
}
