import type { ParseContext } from "@/lib/endpoints/parse";
import { checkUpstreamUrl } from "@/lib/gateway/upstream";
import { ownHosts } from "@/lib/server/gateway";
import { parts } from "@/lib/server/parts";

/** What an endpoint that was typed is checked against: our networks, and which servers may be called. */
export function parseContext(storedHeaderNames: readonly string[] = []): ParseContext {
  const { env, chains } = parts();
  const guard = { privateUpstreams: env.FAREBOX_PRIVATE_UPSTREAMS, ownHosts: ownHosts(env) };
  return { chains, storedHeaderNames, checkUpstreamUrl: (url) => checkUpstreamUrl(url, guard) };
}
