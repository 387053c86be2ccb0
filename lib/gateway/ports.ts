import type { ExactPayment } from "@/lib/x402/exact-payload";
import type { ReasonCode } from "@/lib/x402/reasons";

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
  /** A deleted one sells nothing any more, but what was paid for is still handed out. */
  state: "live" | "paused" | "deleted";
  /** Whether nothing new is sold for its merchant. */
  suspended: boolean;
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
  /** Null where there is none. */
  body: AsyncIterable<Uint8Array> | null;
  /** Aborted when the caller's connection is gone. */
  signal: Waiting;
}

/** Somebody who waits for an answer, and may leave: what is used of an AbortSignal. */
export interface Waiting {
  /** Whether they left. */
  readonly aborted: boolean;
  addEventListener(type: "abort", leave: () => void): void;
  removeEventListener(type: "abort", leave: () => void): void;
}

/** A request under the id that its answer, its log lines and its upstream carry; ours, whatever a caller calls it. */
export interface NamedRequest extends GatewayRequest {
  id: string;
}

/** A response for any mount to write: a text in ASCII, bytes, or a stream to be pulled at the pace of the caller's socket. */
export interface GatewayResponse {
  status: number;
  headers: [name: string, value: string][];
  body: string | Uint8Array | AsyncIterable<Uint8Array> | null;
}

/** A call to a merchant's server, ready to send: the guarding client adds nothing but framing and Host. */
export interface UpstreamCall {
  method: string;
  /** Absolute URL whose path and query are sent byte for byte. */
  url: string;
  headers: readonly (readonly [name: string, value: string])[];
  /** Whole, or as it comes in a length that is known; null where there is none. */
  body: Uint8Array | { byteLength: number; chunks: AsyncIterable<Uint8Array> } | null;
  /** Time to response headers. */
  timeoutMs: number;
  signal: Waiting;
}

/** The body of an upstream's answer, read once; reading it throws on truncation or a stall. */
export interface UpstreamBody extends AsyncIterable<Uint8Array> {
  /** All of it, when all of it is here already and none was read; null while more is to come. */
  takeWhole(): Uint8Array | null;
  /** Sets how long it may fall silent from now on, in ms: 10 s until then, longer for streams. */
  allowStall(ms: number): void;
  /** Ends its connection unless all of it is here; safe to call at any time. */
  destroy(): void;
}

/** What came of an upstream call: a response whose body is still on the wire, or a refusal. */
export type UpstreamResult =
  | {
      ok: true;
      status: number;
      headers: [name: string, value: string][];
      body: UpstreamBody;
    }
  | { ok: false; reason: "upstream_unreachable" | "upstream_invalid" | "upstream_timeout" };

/** The guarding HTTP client: the only way any code of ours calls a URL a merchant chose. */
export type CallUpstream = (call: UpstreamCall) => Promise<UpstreamResult>;

/** What the chain tells the exact scheme about a payer. */
export interface ExactChain {
  /** Whether `signature` over the EIP-712 digest is the payer's; throws when the chain had to be asked and was silent. */
  verifySignature(payer: `0x${string}`, digest: `0x${string}`, signature: `0x${string}`): Promise<boolean>;
  /** Foresees a transfer on top of the latest block, and reads the payer's state there. */
  simulate(
    authorization: ExactPayment & { asset: `0x${string}` },
  ): Promise<{ balance: bigint; nonceUsed: boolean; headTime: bigint; moves: boolean }>;
  /** Looks for the transfer, whoever sent it, in a transaction that is not known. */
  prove(
    authorization: ExactPayment & { asset: `0x${string}` },
    txHash: null,
  ): Promise<{ outcome: "settled" | "failed" | "pending" }>;
}

/** A network as the gateway quotes it. */
export interface QuotedNetwork {
  id: `${string}:${string}`;
  chainId: number;
  name: string;
  /** Test money: a person is told so before paying. */
  test: boolean;
  v1Name: string | null;
  token: { address: `0x${string}`; symbol: string; decimals: number; name: string; version: string };
}

/** What a payer's wallet held of the token when it was last read. */
export interface Funds {
  units: bigint;
  /** The time of the block it was read at. */
  readAt: Date;
}

/** A payment about to be claimed: who pays what to whom for which request. Fixed from then on. */
export interface NewPayment {
  identity: Uint8Array;
  digest: Uint8Array;
  fingerprint: Uint8Array;
  /** SHA-256 of what the client calls this payment; it is one payment of this payer here, and is presented with it again. */
  identifier: Uint8Array | null;
  merchantId: string;
  endpointId: string;
  endpointVersion: number;
  rule: string;
  method: string;
  path: string;
  query: string;
  protocol: 1 | 2;
  scheme: string;
  network: string;
  asset: string;
  payer: string;
  payTo: string;
  amount: bigint;
  authorization: Record<string, string>;
  validBefore: bigint;
  charge: "after" | "before";
  presentedAt: Date;
  /** What it is paid from; null where that was not looked at, because nothing or no more depends on it. */
  funds: Funds | null;
}

/** A payment this process may work on until its lease ends; `lease` fences off whoever held it before. */
export interface ClaimedPayment extends Omit<NewPayment, "funds"> {
  id: string;
  money: "held" | "submitting" | "settled" | "final" | "void";
  delivery: "pending" | "ready" | "streaming" | "failed";
  attempt: number;
  lease: string;
}

/** The upstream's response as it is kept and given again. */
export interface Answer {
  status: number;
  headers: [name: string, value: string][];
  body: Uint8Array;
}

/** What a claim came to. Only `work` and `charge` give the right to go on; the database decides races. */
export type Claim =
  /** Ask the upstream: nobody else does. */
  | { kind: "work"; payment: ClaimedPayment }
  /** The answer is kept and not yet paid for: charge, then deliver. */
  | { kind: "charge"; payment: ClaimedPayment }
  /** It was sent to the network; its outcome is to be proven. */
  | { kind: "submitted"; payment: ClaimedPayment }
  /** Paid and answered: give the answer again. */
  | { kind: "replay"; payment: ClaimedPayment; txHash: string; answer: Answer }
  /** Someone works on it right now. */
  | { kind: "busy" }
  /** Its payer's funds are spoken for by payments on their way; some may settle, and others come to nothing. */
  | { kind: "overdrawn" }
  /** It cannot be used for this request, or no more. */
  | { kind: "refused"; code: ReasonCode };

/** What came of charging a payment. */
export type Charge =
  | { outcome: "settled"; txHash: string }
  /** Sent, not proven either way: the payer must not sign again. */
  | { outcome: "pending"; txHash: string }
  /** Certain: nothing moved, and we will not use the authorization. */
  | { outcome: "void"; code: ReasonCode }
  /** Nothing was sent; the payment stays as it was. */
  | { outcome: "unavailable" };

/** How far a payment got that was claimed before. */
export interface KnownPayment {
  /** Its answer was kept or its money sent. */
  begun: boolean;
  /** It came with the very signature that was verified then. */
  sameSignature: boolean;
  /** What this presentation of it comes to when it has ended or was for something else; null while it is to be claimed. */
  outcome(payment: NewPayment): Promise<Claim | null>;
}

/** The payment state machine, as the flow uses it. Every method is one guarded statement or transaction. */
export interface Ledger {
  /** Looks a payment up as it stands before this presentation, with the signature it comes with now. */
  find(identity: Uint8Array, signature: string): Promise<KnownPayment | null>;
  claim(payment: NewPayment): Promise<Claim>;
  /** Keeps the upstream's answer; false when the lease was lost, and then nothing may be charged or delivered. */
  keepAnswer(payment: ClaimedPayment, answer: Answer): Promise<boolean>;
  /** Notes that a 2xx status line came and its body is about to stream; false when the lease was lost. */
  beginStream(payment: ClaimedPayment, status: number): Promise<boolean>;
  /** Ends an attempt without an answer; the same payment may be presented again. */
  fail(payment: ClaimedPayment, code: ReasonCode, upstreamStatus?: number): Promise<void>;
  /** Charges by transfer on chain: signs and stores, sends, and proves for up to 20 s; says so when it was charged before. */
  settle(payment: ClaimedPayment): Promise<Charge>;
  /** Gives the lease back, so that the next presentation need not wait for it to end; nobody waits for this. */
  release(payment: ClaimedPayment): void;
}
