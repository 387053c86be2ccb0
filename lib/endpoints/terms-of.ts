import type { EndpointDraft } from "./parse";

/** The columns of a version that are the same in a draft; the slug and the secrets are stored elsewhere. */
export function termsOf(draft: EndpointDraft) {
  const { name, description, upstream, charge, upstreamTimeoutMs, rules, payouts } = draft;
  return { name, description, upstream, charge, upstreamTimeoutMs, rules, payouts };
}
