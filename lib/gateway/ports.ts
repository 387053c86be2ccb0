/** A rule as the gateway matches it. */
export interface Rule {
  /** An HTTP method in capitals, or `*`. */
  method: string;
  /** A path-to-regexp pattern, beginning with `/`. */
  path: string;
  /** Micro-dollars; null when calls are free. */
  priceMicroUsd: bigint | null;
}

/** Where the money of one network goes. */
export interface Payout {
  /** CAIP-2 id. */
  network: string;
  /** EIP-55 checksummed address. */
  payTo: `0x${string}`;
}

/** The terms of an endpoint in one version; immutable. */
export interface EndpointTerms {
  version: number;
  name: string;
  description: string;
  upstream: string;
  charge: "after" | "before";
  upstreamTimeoutMs: number;
  rules: readonly Rule[];
  payouts: readonly Payout[];
  /** Secret headers added to every upstream call, opened. */
  secretHeaders: Readonly<Record<string, string>>;
}

/** An endpoint as the gateway serves it. */
export interface PublishedEndpoint {
  id: string;
  merchantId: string;
  sellerName: string;
  slug: string;
  state: "live" | "paused";
  terms: EndpointTerms;
  /** Earlier versions replaced within the price grace (120 s), newest first. */
  graceTerms: readonly EndpointTerms[];
}

/** A request as it came in: nothing decoded, nothing joined, so that what was priced is what is forwarded. */
export interface GatewayRequest {
  method: string;
  /** Path and query as on the wire, beginning with `/g/`. */
  target: string;
  /** Header lines in order, names as received. */
  headers: readonly (readonly [name: string, value: string])[];
  body: AsyncIterable<Uint8Array>;
  /** Aborted when the caller's connection is gone. */
  signal: AbortSignal;
}

/** A response for any mount to write; a streamed body must be pulled at the pace of the caller's socket. */
export interface GatewayResponse {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** A call to a merchant's server, ready to send: the guarding client adds nothing but framing and Host. */
export interface UpstreamCall {
  method: string;
  /** Absolute URL whose path and query are sent byte for byte. */
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  body: Uint8Array | null;
  /** Time to response headers. */
  timeoutMs: number;
  signal: AbortSignal;
}

/** What came of an upstream call: a response whose body is still on the wire, or a refusal. */
export type UpstreamResult =
  | {
      ok: true;
      status: number;
      headers: [name: string, value: string][];
      /** Throws on truncation or a stall; `destroy` ends the connection and is safe to call at any time. */
      body: AsyncIterable<Uint8Array>;
      destroy(): void;
    }
  | { ok: false; reason: "upstream_unreachable" | "upstream_invalid" | "upstream_timeout" };

/** The guarding HTTP client: the only way any code of ours calls a URL a merchant chose. */
export type CallUpstream = (call: UpstreamCall) => Promise<UpstreamResult>;
