import { Resolver } from "node:dns/promises";
import { challengeFor, type HostChallenge } from "@/lib/endpoints/host-challenge";
import { type HostFindings, lookForProof } from "@/lib/endpoints/look-for-proof";
import { noteHostProven } from "@/lib/endpoints/proven-hosts";
import { createUpstreamClient } from "@/lib/gateway/upstream";
import type { MerchantId } from "@/lib/ids";
import { deriveKey } from "@/lib/seal";
import { ownHosts } from "./gateway";
import type { Parts } from "./parts";

const resolver = new Resolver({ timeout: 2_000, tries: 2 });

/** What a merchant must put where, to show that they control the host of an upstream. */
export function hostChallenge({ env }: Parts, merchantId: MerchantId, upstream: string): HostChallenge {
  return challengeFor(deriveKey(env.FAREBOX_SECRET, "host-proof"), merchantId, upstream);
}

/** Looks for the proof and notes it when it is there; tells what was found. */
export async function checkHost(
  parts: Parts,
  merchantId: MerchantId,
  upstream: string,
): Promise<HostFindings> {
  const { env, database } = parts;
  const challenge = hostChallenge(parts, merchantId, upstream);
  const findings = await lookForProof(
    {
      resolveTxt: async (name) => (await resolver.resolveTxt(name)).map((chunks) => chunks.join("")),
      callUpstream: createUpstreamClient({
        privateUpstreams: env.FAREBOX_PRIVATE_UPSTREAMS,
        ownHosts: ownHosts(env),
      }),
    },
    challenge,
  );
  if (findings.method) await noteHostProven(database.db, merchantId, challenge.host, findings.method);
  return findings;
}
