import type { ReasonCode } from "@/lib/x402/reasons";
import { cameThroughUs, type HeaderLine } from "./headers";
import type { GatewayRequest } from "./ports";

/** Most header lines of a request: each is looked at many times, and no client of an API sends half as many. */
const MAX_LINES = 256;

function first(headers: readonly HeaderLine[], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}

/** Names by which a machine reaches itself; on a local instance any of them, and any port, is ours. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** Whether a `Host` names this gateway: a caller must not choose what we print as our own URL (faults G14). */
function isOurs(host: string | undefined, origin: string): boolean {
  const own = new URL(origin);
  if (host === undefined || !URL.canParse(`http://${host}`)) return false;
  if (isLoopback(own.hostname)) return isLoopback(new URL(`http://${host}`).hostname);
  return new URL(`${own.protocol}//${host}`).host === own.host;
}

/**
 * Whether the request can be read in more than one way (request smuggling): two hosts, or a coding of the whole message
 * other than chunks, under which one server's end of the body is another's middle. The parser refuses the rest (faults G8).
 */
export function isAmbiguous({ headers }: Pick<GatewayRequest, "headers">): boolean {
  const named = (wanted: string) => headers.filter(([name]) => name.toLowerCase() === wanted);
  return (
    named("host").length > 1 || named("transfer-encoding").some(([, coding]) => !/^chunked$/i.test(coding))
  );
}

/** Refuses what is never passed on, whatever it would pay: before any lookup, and before its body is read. */
export function screen(
  { method, headers }: Pick<GatewayRequest, "method" | "headers">,
  origin: string,
  via: string,
): ReasonCode | null {
  if (headers.length > MAX_LINES) return "header_too_large";
  if (!isOurs(first(headers, "host"), origin)) return "misdirected_request";
  if (method === "CONNECT" || method === "TRACE") return "method_not_allowed";
  if (first(headers, "upgrade") !== undefined) return "websocket_not_supported";
  if (first(headers, "expect") !== undefined) return "expectation_failed";
  if (cameThroughUs(headers, via)) return "loop_detected";
  return null;
}
