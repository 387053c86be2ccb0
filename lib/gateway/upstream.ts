import { ConnectionPool } from "./connections";
import { exchange } from "./exchange";
import { createGuard, type GuardOptions } from "./guard";
import type { CallUpstream, UpstreamCall, UpstreamResult } from "./ports";

const MAX_URL_LENGTH = 2_048;

/** Methods a server may see twice without harm (RFC 9110 §9.2.1). */
const SAFE_METHODS = new Set(["GET", "HEAD", "OPTIONS"]);

/** What upstreams are called with. */
export interface UpstreamOptions extends GuardOptions {
  /** For name, TCP and TLS together; 10 s unless set. Whatever fails here looks the same to the caller. */
  connectTimeoutMs?: number;
  /** Between two chunks of a body; 10 s unless set. */
  stallMs?: number;
  /** A certificate authority in PEM to trust instead of the system's. */
  ca?: string;
}

/** A body that was passed on as it came is gone. */
function isRepeatable({ method, body }: UpstreamCall): boolean {
  return SAFE_METHODS.has(method) && (body === null || body instanceof Uint8Array);
}

const UNREACHABLE: UpstreamResult = { ok: false, reason: "upstream_unreachable" };

/** Makes the guarding client: https to public addresses, everything else only inside the operator's listed networks. */
export function createUpstreamClient(options: UpstreamOptions): CallUpstream {
  const { connectTimeoutMs = 10_000, stallMs = 10_000, ca } = options;
  const guard = createGuard(options);
  const pool = new ConnectionPool({ guard, connectTimeoutMs, ca });
  return async (call) => {
    const parsed = guard.parse(call.url);
    if (!parsed.ok || call.signal.aborted) return UNREACHABLE;
    let result = await exchange(call, parsed.destination, pool, stallMs);
    // Each try uses up one connection that its server had closed, and a new one is never stale: this ends.
    while (result === "stale" && isRepeatable(call)) {
      result = await exchange(call, parsed.destination, pool, stallMs);
    }
    return result === "stale" ? UNREACHABLE : result;
  };
}

/** Checks an upstream a merchant wants to save; the refusal is a sentence for them. An https name unknown as yet passes. */
export async function checkUpstreamUrl(
  url: string,
  options: GuardOptions,
): Promise<{ ok: true } | { ok: false; reason: string }> {
  if (url.length > MAX_URL_LENGTH) return { ok: false, reason: "A URL has at most 2,048 characters." };
  if (/[?#]/.test(url)) return { ok: false, reason: "Leave out ? and #: each call brings its own query." };
  const guard = createGuard(options);
  const parsed = guard.parse(url);
  if (!parsed.ok) return parsed;
  const resolved = await guard.resolve(parsed.destination);
  if (resolved.ok) return { ok: true };
  if (!resolved.unresolved) return { ok: false, reason: resolved.reason };
  // Plain http is only for listed networks, and a name without an address is not known to lie in one.
  if (!parsed.destination.secure) return { ok: false, reason: `${resolved.reason} Check it, or use https.` };
  // Every call looks the name up again, so one without an address yet can do no harm.
  return { ok: true };
}
