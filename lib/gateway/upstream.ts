import http from "node:http";
import { GuardedAgent } from "./connections";
import { createGuard, type Destination, type GuardOptions } from "./guard";
import { FRAMING_HEADERS } from "./headers";
import type { CallUpstream, UpstreamCall, UpstreamResult } from "./ports";
import { readResponse } from "./upstream-response";

const MAX_URL_LENGTH = 2_048;
const MAX_HEADER_BYTES = 16 * 1_024;

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

type Refused = Extract<UpstreamResult, { ok: false }>;

function refused(reason: Refused["reason"]): Refused {
  return { ok: false, reason };
}

/** Our own framing only: a length or encoding of the caller's would let one request smuggle in another. */
function headersFor({ method, headers, body }: UpstreamCall, authority: string): string[] {
  const kept = headers.filter(([name]) => !FRAMING_HEADERS.has(name.toLowerCase()));
  const sized = body !== null || method === "POST" || method === "PUT" || method === "PATCH";
  const length = sized ? ["Content-Length", String(body?.byteLength ?? 0)] : [];
  return ["Host", authority, ...kept.flat(), ...length, "Connection", "keep-alive"];
}

/** A pooled connection that its server closed while the request was on its way, before anything was answered. */
function wasStale(request: http.ClientRequest, error: NodeJS.ErrnoException): boolean {
  return request.reusedSocket && (error.code === "ECONNRESET" || error.code === "EPIPE");
}

function exchange(
  call: UpstreamCall,
  { host, port, path, authority }: Destination,
  agent: http.Agent,
  stallMs: number,
): Promise<UpstreamResult | "stale"> {
  return new Promise((resolve) => {
    const request = http.request({
      agent,
      host,
      port,
      path,
      method: call.method,
      headers: headersFor(call, authority),
      maxHeaderSize: MAX_HEADER_BYTES,
    });
    let settled = false;

    function settle(result: UpstreamResult | "stale"): void {
      settled = true;
      clearTimeout(timer);
      resolve(result);
    }

    function giveUp(reason: Refused["reason"]): void {
      settle(refused(reason));
      request.destroy();
    }

    function giveUpLate(): void {
      // While there is no socket yet the peer may as well be filtered, which must not look different from refused.
      if (!settled) giveUp(request.socket ? "upstream_timeout" : "upstream_unreachable");
    }

    // An answer that lies unread because this process was busy is in time: sockets are read before immediates run.
    const timer = setTimeout(() => setImmediate(giveUpLate), call.timeoutMs);
    const abort = () => giveUp("upstream_unreachable");
    call.signal.addEventListener("abort", abort, { once: true });
    request.once("close", () => call.signal.removeEventListener("abort", abort));

    request.once("response", (response) => settle(readResponse(request, response, stallMs)));
    // We never ask to switch protocols, so 101 is no answer to anything.
    request.once("upgrade", (_response, socket) => {
      socket.destroy();
      giveUp("upstream_invalid");
    });
    request.on("error", (error: NodeJS.ErrnoException) => {
      if (wasStale(request, error)) settle("stale");
      else giveUp(error.code?.startsWith("HPE_") ? "upstream_invalid" : "upstream_unreachable");
    });
    request.end(call.body ?? undefined);
  });
}

/** Makes the guarding client: https to public addresses, everything else only inside the operator's listed networks. */
export function createUpstreamClient(options: UpstreamOptions): CallUpstream {
  const { connectTimeoutMs = 10_000, stallMs = 10_000, ca } = options;
  const guard = createGuard(options);
  const agents = {
    tls: new GuardedAgent(true, { guard, connectTimeoutMs, ca }),
    plain: new GuardedAgent(false, { guard, connectTimeoutMs }),
  };
  return async (call) => {
    const parsed = guard.parse(call.url);
    if (!parsed.ok || call.signal.aborted) return refused("upstream_unreachable");
    const agent = parsed.destination.secure ? agents.tls : agents.plain;
    let result = await exchange(call, parsed.destination, agent, stallMs);
    // Each try uses up one connection that its server had closed, and a new one is never stale: this ends.
    while (result === "stale" && SAFE_METHODS.has(call.method)) {
      result = await exchange(call, parsed.destination, agent, stallMs);
    }
    return result === "stale" ? refused("upstream_unreachable") : result;
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
