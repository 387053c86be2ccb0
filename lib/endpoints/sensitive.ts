import type { StoredPayout } from "@/lib/db/schema";
import type { EndpointDraft } from "./parse";

/** Tells whether two versions pay the same addresses on the same networks, in whatever order they list them. */
export function samePayouts(one: readonly StoredPayout[], other: readonly StoredPayout[]): boolean {
  const key = (payouts: readonly StoredPayout[]) =>
    payouts
      .map(({ network, payTo }) => `${network} ${payTo.toLowerCase()}`)
      .sort()
      .join();
  return key(one) === key(other);
}

/**
 * Tells whether an edit is one a thief of a session would make, so that the person must prove who they are again:
 * sending the money elsewhere, replacing a secret, or sending the stored secrets to another server.
 */
export function isSensitive(
  before: { payouts: readonly StoredPayout[]; upstream: string; headerNames: readonly string[] },
  draft: EndpointDraft,
): boolean {
  const movesMoney = !samePayouts(before.payouts, draft.payouts);
  const setsSecret = draft.headers.some(({ value }) => value !== null);
  const keepsSecret = draft.headers.some(({ value }) => value === null);
  const movesServer = new URL(before.upstream).origin !== new URL(draft.upstream).origin;
  return movesMoney || setsSecret || (keepsSecret && movesServer);
}
