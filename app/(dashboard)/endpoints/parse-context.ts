import { hostOf } from "@/lib/endpoints/host-challenge";
import type { ParseContext } from "@/lib/endpoints/parse";
import { createBlockCheck } from "@/lib/endpoints/payout";
import { mayProbe, TOO_MANY_PROBES } from "@/lib/endpoints/probe-limit";
import { isHostProven } from "@/lib/endpoints/proven-hosts";
import type { Endpoint } from "@/lib/endpoints/read";
import { checkUpstreamUrl } from "@/lib/gateway/upstream";
import type { MerchantId } from "@/lib/ids";
import { gasPolicies } from "@/lib/ledger/gas-policy";
import { lowestPrice } from "@/lib/ledger/price-floor";
import { ownHosts } from "@/lib/server/gateway";
import { parts } from "@/lib/server/parts";

/** What an endpoint that was typed is checked against: our networks, which servers may be called, and whose they are. */
export function parseContext(merchantId: MerchantId, before?: Endpoint): ParseContext {
  const { env, chains, database } = parts();
  const { db } = database;
  const guard = { privateUpstreams: env.FAREBOX_PRIVATE_UPSTREAMS, ownHosts: ownHosts(env) };
  const gas = gasPolicies(env.FAREBOX_NETWORKS);
  const isHostOf = (url: string) => before !== undefined && hostOf(url) === hostOf(before.upstream);
  const wasLive = before?.payouts.some(({ network }) => chains.get(network)?.network.test === false) === true;
  return {
    chains,
    storedHeaderNames: before?.headerNames ?? [],
    checkUpstreamUrl: async (url) => {
      if (!isHostOf(url) && !(await mayProbe(db, merchantId))) return { ok: false, reason: TOO_MANY_PROBES };
      return checkUpstreamUrl(url, guard);
    },
    isBlocked: createBlockCheck(chains),
    lowestPrice: (network) => lowestPrice(db, network, gas.get(network)),
    // A host that takes live money already has passed, or the operator vouched for it.
    controlsHost: async (upstream) =>
      (wasLive && isHostOf(upstream)) || (await isHostProven(db, merchantId, upstream)),
  };
}
