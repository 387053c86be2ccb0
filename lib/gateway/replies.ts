import { REASONS, type ReasonCode } from "@/lib/x402/reasons";
import { type Receipt, receiptHeader } from "@/lib/x402/receipt";
import type { Call } from "./call";
import type { Charge, ClaimedPayment, GatewayResponse, QuotedNetwork, Rule } from "./ports";
import type { Quote } from "./quote";
import { openReadyChallenges } from "./ready-challenges";
import { acceptsPage, asPage, challenge, challenged, type Demand, refuse, withHeader } from "./respond";

/** What answers need to know of the place they are given from. */
export interface ReplyParts {
  /** Public origin of gateway URLs. */
  origin: string;
  /** Public origin of the `/pay/…` pages. */
  payOrigin: string;
  networks: readonly QuotedNetwork[];
}

/** Makes the answers to priced calls that depend on what was quoted, and on what came of the payment. */
export function createReplies({ origin, payOrigin, networks }: ReplyParts) {
  const ready = openReadyChallenges();

  /** A 402 with the offers of now; a 404 where there are none any more. */
  function demand(call: Call, quote: Quote | null, code: ReasonCode): GatewayResponse {
    const asked = demandOf(call, quote);
    return "refusal" in asked
      ? refuse(asked.refusal, call.request)
      : challenged(challenge(asked, code), call.request);
  }

  /** What a 402 asks for a call, or why there is nothing to ask for. */
  function demandOf({ target, endpoint }: Call, quote: Quote | null): Demand | { refusal: ReasonCode } {
    if (quote === null) return { refusal: endpoint.state === "deleted" ? "not_found" : "no_rule" };
    const { terms, offers, priceMicroUsd } = quote;
    // A 402 that offers no way to pay would leave its caller at a loss (faults J1).
    if (offers.length === 0) return { refusal: "no_network_available" };
    const quoted = networks.filter(({ id }) => offers.some((offer) => offer.network === id));
    return {
      sellerName: endpoint.sellerName,
      terms,
      offers,
      priceMicroUsd,
      networkNames: quoted.map(({ name }) => name),
      isTest: quoted.every(({ test }) => test),
      // Without the query: only the upstream may be meant to see it, and clients repeat this URL in headers.
      resourceUrl: `${origin}/g/${target.slug}${target.rawPath}`,
    };
  }

  /** What a call without a payment is told: its price. Most calls are such, so programs are given what was made once. */
  function tellPrice(call: Call, rule: Rule | null, quote: () => Quote | null): GatewayResponse {
    const { request, target, endpoint } = call;
    const source = rule && !acceptsPage(request) ? { rule, sellerName: endpoint.sellerName } : null;
    const key = `${rule?.method} ${target.slug}${target.rawPath}`;
    const kept = source && ready.find(key, source, quote);
    if (kept !== null) return challenged(kept, request);
    const quoted = quote();
    const asked = demandOf(call, quoted);
    if ("refusal" in asked) return refuse(asked.refusal, request);
    const made = challenge(asked, "payment_required");
    if (source !== null && quoted !== null) {
      ready.keep(key, source, quoted, made);
      return challenged(made, request);
    }
    const payUrl = `${payOrigin}/pay/${target.slug}${target.rawPath}${target.rawQuery}`;
    return asPage(challenged(made, request), asked, payUrl);
  }

  function refuseOrDemand(call: Call, quote: Quote | null, code: ReasonCode): GatewayResponse {
    return REASONS[code].status === 402 ? demand(call, quote, code) : refuse(code, call.request);
  }

  /** The receipt, with its network named as the client's protocol version names it. */
  function receiptOf(
    payment: ClaimedPayment,
    result: Pick<Receipt, "success" | "errorReason" | "transaction">,
  ) {
    const v1Name = networks.find(({ id }) => id === payment.network)?.v1Name;
    const network = payment.protocol === 1 ? (v1Name ?? payment.network) : payment.network;
    const { payer, amount, protocol } = payment;
    return receiptHeader({ ...result, payer, network, amount }, protocol);
  }

  /** Adds the receipt of a settled payment. */
  function withReceipt(
    response: GatewayResponse,
    payment: ClaimedPayment,
    transaction: string,
  ): GatewayResponse {
    return withHeader(response, receiptOf(payment, { success: true, transaction }));
  }

  /** What a caller is told whose payment did not settle: to sign again only where nothing can move any more. */
  function unsettled(
    call: Call,
    quote: Quote | null,
    payment: ClaimedPayment,
    charge: Exclude<Charge, { outcome: "settled" }>,
  ): GatewayResponse {
    if (charge.outcome === "unavailable") return refuse("chain_unavailable", call.request);
    const code = charge.outcome === "void" ? charge.code : "settlement_pending";
    const transaction = charge.outcome === "pending" ? charge.txHash : "";
    const receipt = receiptOf(payment, { success: false, errorReason: code, transaction });
    return withHeader(refuseOrDemand(call, quote, code), receipt);
  }

  return { demand, tellPrice, refuseOrDemand, unsettled, withReceipt };
}
