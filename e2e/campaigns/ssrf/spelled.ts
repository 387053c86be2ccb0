import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { Socket } from "node:net";
import type { Context, Figures } from "@/e2e/campaigns/campaign";
import { checkUpstream } from "@/lib/endpoints/upstream-url";
import { checkUpstreamUrl, createUpstreamClient } from "@/lib/gateway/upstream";
import { forbiddenSpellings, PUBLIC_HOSTS } from "./spellings";

/** What must hold for every spelling. */
export const NO_SPELLING = "H1: no spelling leads to a private address";

const GUARD = { privateUpstreams: [], ownHosts: [] };

/** Tries every spelling twice: as a URL to be saved, and as one that was saved and is now called. */
export async function trySpellings({ hold }: Pick<Context, "hold">): Promise<Figures> {
  const violations: string[] = [];
  const attempts = watchConnections();
  const call = createUpstreamClient(GUARD);
  const mayBeSaved = (url: string) => checkUpstream(url, (href) => checkUpstreamUrl(href, GUARD));
  const spellings = forbiddenSpellings();
  for (const { title, host } of spellings) {
    for (const url of [`https://${host}/`, `https://${host}:8443/latest/meta-data/`]) {
      if ((await mayBeSaved(url)).ok) violations.push(`${url} (${title}) may be saved`);
      const signal = new AbortController().signal;
      const result = await call({ method: "GET", url, headers: [], body: null, timeoutMs: 2_000, signal });
      if (result.ok || result.reason !== "upstream_unreachable")
        violations.push(`${url} (${title}) was called`);
    }
    for (const to of attempts.seen.splice(0)) violations.push(`${title} led to ${to}`);
  }
  for (const host of PUBLIC_HOSTS) {
    if (!(await mayBeSaved(`https://${host}/`)).ok) violations.push(`${host} is public and was refused`);
  }
  attempts.end();
  hold(NO_SPELLING, spellings.length, violations);
  return { spellings: spellings.length };
}

/** Notes every TCP connection this process tries, also to where nobody listens. */
function watchConnections(): { seen: string[]; end(): void } {
  const seen: string[] = [];
  const listener = (message: unknown) => {
    const { socket } = message as { socket: Socket };
    socket.on("connectionAttempt", (address, port) => seen.push(`${address}:${port}`));
  };
  subscribe("net.client.socket", listener);
  return { seen, end: () => void unsubscribe("net.client.socket", listener) };
}
