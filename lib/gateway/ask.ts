import type { ReasonCode } from "@/lib/x402/reasons";
import { collect } from "./body";
import { type HeaderLine, toCaller, toUpstream } from "./headers";
import type {
  Answer,
  CallUpstream,
  EndpointTerms,
  GatewayResponse,
  NamedRequest,
  UpstreamCall,
  UpstreamResult,
  Waiting,
} from "./ports";
import type { SignProof } from "./proof";
import { refuse } from "./respond";
import { requestPath, type Target, upstreamUrl } from "./target";

/** How long a stream may fall silent before it is cut. */
const STREAM_STALL_MS = 60_000;

/** What asking an upstream needs of the process. */
export interface AskParts {
  /** Public origin of gateway URLs, where redirects within an upstream lead. */
  origin: string;
  /** Our name in `Via`. */
  via: string;
  callUpstream: CallUpstream;
  signProof: SignProof;
}

/** One call on its way to an upstream. */
export interface Question {
  request: NamedRequest;
  target: Target;
  body: Exclude<UpstreamCall["body"], null>;
  terms: EndpointTerms;
  /** Absent for free calls. */
  paymentId?: string;
  signal: Waiting;
}

/** What the upstream said: a 2xx answer short enough to keep, one that streams, or something nobody pays for. */
export type Asked =
  | { kind: "whole"; answer: Answer }
  | { kind: "stream"; response: GatewayResponse & { body: AsyncIterable<Uint8Array> }; destroy(): void }
  | { kind: "worthless"; code: ReasonCode; upstreamStatus?: number; response: GatewayResponse };

type Answered = Extract<UpstreamResult, { ok: true }>;

function worthless(code: ReasonCode, request: NamedRequest, upstreamStatus?: number): Asked {
  return { kind: "worthless", code, upstreamStatus, response: refuse(code, request) };
}

/** Where a redirect leads on the gateway: within its own upstream, or nowhere. */
function locationOnGateway(
  location: string,
  from: string,
  question: Question,
  origin: string,
): string | null {
  if (!URL.canParse(location, from)) return null;
  const [to, base] = [new URL(location, from), new URL(question.terms.upstream)];
  const below = base.pathname.replace(/\/+$/, "");
  if (to.origin !== base.origin || !`${to.pathname}/`.startsWith(`${below}/`)) return null;
  return `${origin}/g/${question.target.slug}${to.pathname.slice(below.length)}${to.search}`;
}

/** Calls the upstream for one request and reads its answer as far as it must be known before anyone is charged. */
export async function ask(parts: AskParts, question: Question): Promise<Asked> {
  const { request, target, terms, paymentId, signal } = question;
  const { secretHeaders } = terms;
  const url = upstreamUrl(terms.upstream, target);
  const path = requestPath(url);
  const proof = parts.signProof({ slug: target.slug, paymentId, method: request.method, path });
  const allowRange = paymentId === undefined || terms.charge === "before";
  const result = await parts.callUpstream({
    method: request.method,
    url,
    headers: toUpstream(request.headers, {
      secretHeaders,
      proof,
      paymentId,
      allowRange,
      via: parts.via,
      requestId: request.id,
    }),
    body: question.body.byteLength === 0 ? null : question.body,
    timeoutMs: terms.upstreamTimeoutMs,
    signal,
  });
  if (!result.ok) return worthless(result.reason, request);
  const { status, body } = result;
  const given = firstOf(result.headers, "location");
  const location = given === null ? null : locationOnGateway(given, url, question, parts.origin);
  // A 402 of the upstream's own would have the caller pay a stranger, a redirect elsewhere would lead it past us.
  if (status === 402 || (status >= 300 && status < 400 && given !== null && location === null)) {
    body.destroy();
    return worthless("upstream_invalid", request, status);
  }
  const headers = toCaller(result.headers, { secretHeaders, location });
  const isFree = paymentId === undefined;
  const isEvents = /^text\/event-stream/i.test(firstOf(headers, "content-type") ?? "");
  const whole = isEvents && !isFree ? null : body.takeWhole();
  if (status < 200 || status > 299) {
    const response = whole === null ? streamed(result, headers, body) : { status, headers, body: whole };
    return { kind: "worthless", code: "upstream_status", upstreamStatus: status, response };
  }
  if (whole !== null) return { kind: "whole", answer: { status, headers, body: whole } };
  // Nothing depends on how much of a free answer comes, so none of it waits for the rest.
  const collected = isFree || isEvents ? { kind: "stream" as const, body } : await collect(body);
  if (collected.kind === "broken") return worthless("upstream_invalid", request, status);
  if (collected.kind === "whole") {
    return { kind: "whole", answer: { status, headers, body: collected.bytes } };
  }
  body.allowStall(STREAM_STALL_MS);
  const destroy = () => body.destroy();
  return { kind: "stream", response: streamed(result, headers, collected.body), destroy };
}

/** An answer passed on as it comes. Where the upstream said how long it is, its caller sees when it was cut short. */
function streamed(
  { status, headers: given }: Answered,
  headers: Answered["headers"],
  body: AsyncIterable<Uint8Array>,
): Extract<Asked, { kind: "stream" }>["response"] {
  const length = firstOf(given, "content-length");
  return { status, headers: length === null ? headers : [...headers, ["Content-Length", length]], body };
}

function firstOf(headers: readonly HeaderLine[], wanted: string): string | null {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1] ?? null;
}
