import type { Offer } from "@/lib/x402/offer";
import type { EndpointTerms, PublishedEndpoint, Rule } from "./ports";
import { matchRule } from "./rules";
import type { Scheme, SchemePayment } from "./scheme";

/** What one version of an endpoint asks for one call. */
export interface Quote {
  terms: EndpointTerms;
  /** The rule that was priced, as `GET /now`. */
  rule: string;
  priceMicroUsd: bigint;
  offers: Offer[];
}

/** Prices a call under some terms; null when they do not offer it or give it away. */
export function quote(
  schemes: readonly Scheme[],
  terms: EndpointTerms,
  method: string,
  path: string,
): Quote | null {
  return quoteRule(schemes, terms, matchRule(terms, method, path));
}

/** Prices a call by the rule it matched. */
export function quoteRule(schemes: readonly Scheme[], terms: EndpointTerms, rule: Rule | null): Quote | null {
  if (rule === null || rule.priceMicroUsd === null) return null;
  const { priceMicroUsd } = rule;
  const offers = schemes.flatMap((scheme) => scheme.offers(terms, priceMicroUsd));
  return { terms, rule: `${rule.method} ${rule.path}`, priceMicroUsd, offers };
}

/** Finds the terms a payment was signed for: the current ones, or those of a version replaced within the grace. */
export function quoteFor(
  schemes: readonly Scheme[],
  endpoint: PublishedEndpoint,
  method: string,
  path: string,
  payment: SchemePayment,
): Quote | null {
  for (const terms of [endpoint.terms, ...endpoint.graceTerms]) {
    const quoted = quote(schemes, terms, method, path);
    if (quoted?.offers.some((offer) => payment.isFor(offer))) return quoted;
  }
  return null;
}
