import { randomUUID } from "node:crypto";
import { inRequest, type Log } from "@/lib/log";
import { readPaymentHeader } from "@/lib/x402/payment-header";
import type { ReasonCode } from "@/lib/x402/reasons";
import { type AskParts, ask, type Question } from "./ask";
import { readBody, takeIn } from "./body";
import { type Call, newPayment } from "./call";
import { claimPatiently } from "./claim";
import { preflight, withHouseHeaders } from "./house";
import { pipe } from "./paid-stream";
import type {
  Claim,
  ClaimedPayment,
  EndpointTerms,
  GatewayRequest,
  GatewayResponse,
  Ledger,
  NamedRequest,
  NewPayment,
  PublishedEndpoint,
  Rule,
  Waiting,
} from "./ports";
import { type Presentation, present } from "./presentation";
import { type Quote, quote, quoteFor, quoteRule } from "./quote";
import { createReplies, type ReplyParts } from "./replies";
import { refuse, withHeader } from "./respond";
import { matchRule } from "./rules";
import type { ChargeCheck, Scheme, SchemePayment } from "./scheme";
import { isAmbiguous, screen } from "./screen";
import { attempt, onceHere, type Soon } from "./soon";
import { parseTarget } from "./target";

/** Of a payment that was claimed before and has no need of its payer's funds any more. */
const UNCHECKED: ChargeCheck = { fault: null, funds: null };

/** Of a caller whose going away changes nothing. */
const STAYS: Waiting = { aborted: false, addEventListener() {}, removeEventListener() {} };

/** Everything a gateway needs; passed in, so that it runs in any process and under any framework. */
export interface GatewayParts extends AskParts, ReplyParts {
  schemes: readonly Scheme[];
  ledger: Ledger;
  /** What is served under a slug: no older than who asks, or up to 5 s older and from memory. */
  endpoints: {
    asOfNow(slug: string): Promise<PublishedEndpoint | null>;
    lately(slug: string): Soon<PublishedEndpoint | null>;
  };
  /** The terms a payment was claimed under, when an edit has replaced them since. */
  findTerms(endpointId: string, version: number): Promise<EndpointTerms>;
  /** The stable code for an error that means a part is out of reach, or null for a bug. */
  outageOf(error: unknown): ReasonCode | null;
  log: Log;
}

/** Answers one request to a gateway URL. */
export type Gateway = (request: GatewayRequest) => Soon<GatewayResponse>;

/** Makes the gateway: free calls are passed on, priced ones are sold, whatever else is refused with a stable code. */
export function createGateway(parts: GatewayParts): Gateway {
  const { ledger, schemes, endpoints } = parts;
  const { demand, tellPrice, refuseOrDemand, unsettled, withReceipt } = createReplies(parts);

  /** What is in memory is answered in the same turn of the event loop: most calls bring no payment, and learn a price. */
  function enter(request: NamedRequest): Soon<GatewayResponse> {
    const presentedAt = new Date();
    const parsed = parseTarget(request.target);
    if (!parsed.ok) return refuse(parsed.code, request);
    const unfit = screen(request, parts.origin, parts.via);
    if (unfit !== null) return refuse(unfit, request);
    if (isAmbiguous(request)) return withHeader(refuse("bad_request", request), ["Connection", "close"]);
    if (request.method === "OPTIONS") return preflight();
    const { target } = parsed;
    const header = readPaymentHeader(request.headers);
    const money = header.ok && header.payment !== null ? present(schemes, ledger, header.payment) : null;
    // Money goes by the terms of this moment; who brings none may be told those of a moment ago.
    const found = money === null ? endpoints.lately(target.slug) : endpoints.asOfNow(target.slug);
    return onceHere(found, (endpoint) => {
      if (endpoint === null) return refuse("not_found", request);
      const rule = matchRule(endpoint.terms, request.method, target.path);
      // What is offered no more may still have been paid for.
      if (rule?.priceMicroUsd === null && endpoint.state !== "deleted") {
        return giveAway({ request, target, endpoint });
      }
      return onceHere(readBody(request.body), (read) => {
        if (!read.ok) return refuse(BODY_FAULTS[read.reason], request);
        const call = { request, target, endpoint, body: read.bytes, presentedAt };
        if (!header.ok) return refuse(header.code, request);
        return money === null ? turnAway(call, rule) : inRequest(request.id, () => sell(call, money));
      });
    });
  }

  async function giveAway({
    request,
    target,
    endpoint,
  }: Pick<Call, "request" | "target" | "endpoint">): Promise<GatewayResponse> {
    if (endpoint.state === "paused") return refuse("endpoint_paused", request);
    const taken = await takeIn(request);
    if (!taken.ok) return refuse(BODY_FAULTS[taken.reason], request);
    const { signal } = request;
    const { body } = taken;
    const asked = await ask(parts, { request, target, body, terms: endpoint.terms, signal });
    const fault = body instanceof Uint8Array ? null : body.fault();
    // An upstream that got half a body was not the one to fail.
    if (asked.kind === "worthless" && fault !== null) return refuse(BODY_FAULTS[fault], request);
    return asked.kind === "whole" ? asked.answer : asked.response;
  }

  /** A priced call without a payment: it is told the price, unless nothing is sold at present. */
  function turnAway(call: Call, rule: Rule | null): GatewayResponse {
    const { state, suspended, terms } = call.endpoint;
    if (state === "paused") return refuse("endpoint_paused", call.request);
    if (state === "deleted") return refuse("not_found", call.request);
    if (suspended) return refuse("merchant_suspended", call.request);
    return tellPrice(call, rule, () => quoteRule(schemes, terms, rule));
  }

  /** A priced call: its payment is checked, claimed, and only then worked for. */
  async function sell(call: Call, money: Presentation): Promise<GatewayResponse> {
    const { request, target, endpoint } = call;
    const offered = endpoint.state !== "deleted";
    const current = offered ? quote(schemes, endpoint.terms, request.method, target.path) : null;
    // HEAD asks for no answer, so a payment for one is left unused.
    if (request.method === "HEAD") return refuse("bad_request", request);
    if (!money.ok) return refuseOrDemand(call, current, money.code);
    const { presented, scheme, payment } = money;

    const known = await money.known;
    if (known === null && endpoint.state === "paused") return refuse("endpoint_paused", request);
    if (!known?.begun && !offered) return refuse("not_found", request);
    const forged = known?.sameSignature ? null : await payment.signatureFault();
    if (forged !== null) return refuseOrDemand(call, current, forged);
    const quoted = quoteFor(schemes, endpoint, request.method, target.path, payment);
    const { fault, funds } = known?.begun ? UNCHECKED : await check(payment, quoted, known !== null);
    const isSeen = async () => (known ?? (await ledger.find(payment.identity, payment.signature))) !== null;
    // A used nonce may be the mark of a copy of this very call, charged a moment ago: then the ledger knows better.
    if (fault !== null && !(await isSeen())) return demand(call, current, fault);
    // A known payment keeps what it was claimed with, whatever is offered now.
    const terms = quoted ?? current ?? { terms: endpoint.terms, rule: "" };
    const wanted = newPayment(call, terms, presented, payment, funds);
    const again = { check: () => check(payment, quoted, known !== null), isSeen };
    const claimed = (await known?.outcome(wanted)) ?? (await claimPatiently(ledger, wanted, again));
    if (fault !== null && claimed.kind === "work" && claimed.payment.money === "held") {
      await ledger.fail(claimed.payment, fault).finally(() => ledger.release(claimed.payment));
      return demand(call, current, fault);
    }
    return serve(call, current, scheme, claimed, wanted);
  }

  async function check(payment: SchemePayment, quoted: Quote | null, isKnown: boolean): Promise<ChargeCheck> {
    const checked: ChargeCheck =
      quoted === null
        ? { fault: "payment_terms_changed", funds: null }
        : await payment.checkCharge(quoted.terms.upstreamTimeoutMs, isKnown);
    // What was claimed here and then sent by a stranger is paid, and owed an answer (faults A8).
    return checked.fault !== null && isKnown && (await payment.arrived()) ? UNCHECKED : checked;
  }

  async function serve(
    call: Call,
    current: Quote | null,
    scheme: Scheme,
    claimed: Claim,
    wanted: NewPayment,
  ): Promise<GatewayResponse> {
    if (claimed.kind === "busy") return refuse("payment_in_progress", call.request);
    if (claimed.kind === "overdrawn") return demand(call, current, "insufficient_funds");
    if (claimed.kind === "refused") return refuseOrDemand(call, current, claimed.code);
    const { payment } = claimed;
    if (claimed.kind === "replay") {
      return withHeader(withReceipt(claimed.answer, payment, claimed.txHash), [
        "Idempotent-Replayed",
        "true",
      ]);
    }
    if (claimed.kind === "work") return work(call, current, scheme, payment);
    // Its answer is kept, or its money was sent: only the charge is missing, and then it stands to be claimed again.
    const charge = await scheme.charge(payment).finally(() => ledger.release(payment));
    if (charge.outcome !== "settled") return unsettled(call, current, payment, charge);
    return serve(call, current, scheme, await claimPatiently(ledger, { ...wanted, funds: null }), wanted);
  }

  /** Asks the upstream for a claimed payment, and charges for a 2xx: before the call or after it, as its terms say. */
  async function work(
    call: Call,
    current: Quote | null,
    scheme: Scheme,
    payment: ClaimedPayment,
  ): Promise<GatewayResponse> {
    let streaming = false;
    let letGo = () => {};
    try {
      // Paid already when an earlier attempt was charged and not answered.
      const paidBefore = payment.charge === "before" || payment.money !== "held";
      let charge = paidBefore ? await scheme.charge(payment) : null;
      if (charge !== null && charge.outcome !== "settled") return unsettled(call, current, payment, charge);
      if (call.request.signal.aborted) {
        await ledger.fail(payment, "caller_gone");
        return refuse("caller_gone", call.request);
      }
      const asked = await ask(parts, await questionFor(call, payment));
      if (asked.kind === "stream") letGo = asked.destroy;
      if (asked.kind === "worthless") {
        await ledger.fail(payment, asked.code, asked.upstreamStatus);
        return charge === null ? asked.response : withReceipt(asked.response, payment, charge.txHash);
      }
      const kept =
        asked.kind === "whole"
          ? await ledger.keepAnswer(payment, asked.answer)
          : await ledger.beginStream(payment, asked.response.status);
      // The lease was lost: whoever has it now charges and delivers.
      charge = kept ? (charge ?? (await scheme.charge(payment))) : { outcome: "unavailable" };
      if (charge.outcome !== "settled") {
        return kept ? unsettled(call, current, payment, charge) : refuse("payment_in_progress", call.request);
      }
      if (asked.kind === "whole") return withReceipt(asked.answer, payment, charge.txHash);
      streaming = true;
      const { response, destroy } = asked;
      const body = pipe(ledger, { body: response.body, destroy, payment, request: call.request });
      return withReceipt({ ...response, body }, payment, charge.txHash);
    } finally {
      if (!streaming) {
        letGo();
        ledger.release(payment);
      }
    }
  }

  async function questionFor(
    { request, target, endpoint, body }: Call,
    payment: ClaimedPayment,
  ): Promise<Question> {
    const versions = [endpoint.terms, ...endpoint.graceTerms];
    const terms =
      versions.find(({ version }) => version === payment.endpointVersion) ??
      (await parts.findTerms(endpoint.id, payment.endpointVersion));
    // From here on the caller may hang up: what was begun is finished, kept, and can be fetched for 24 hours.
    return { request, target, body, terms, paymentId: payment.id, signal: STAYS };
  }

  function refuseForFailure(request: NamedRequest, error: unknown): GatewayResponse {
    const outage = parts.outageOf(error);
    const fields = { request: request.id, error };
    if (outage === null) parts.log.error("gateway.bug", fields);
    else parts.log.warn("gateway.outage", { ...fields, code: outage });
    return refuse(outage ?? "internal_error", request);
  }

  function answer(request: NamedRequest): Soon<GatewayResponse> {
    const entered = attempt(
      () => enter(request),
      (error) => refuseForFailure(request, error),
    );
    return onceHere(entered, (response) => withHouseHeaders(response, request.id));
  }

  return (request) => answer(Object.assign(request, { id: randomUUID() }));
}

const BODY_FAULTS = {
  too_large: "body_too_large",
  too_slow: "request_timeout",
  cut_off: "bad_request",
} as const;
