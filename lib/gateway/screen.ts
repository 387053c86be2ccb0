import type { ReasonCode } from "@/lib/x402/reasons";
import { cameThroughUs, type HeaderLine } from "./headers";
import type { GatewayRequest } from "./ports";

/** Most header lines of a request: each is looked at many times, and no client of an API sends half as many. */
const MAX_LINES = 256;

/** The values of a header, one for each of its lines. */
function valuesOf(headers: readonly HeaderLine[], wanted: string): string[] {
  const values: string[] = [];
  for (const [name, value] of headers) {
    // Every name is looked at many times, for every call: most differ in length.
    if (name.length === wanted.length && name.toLowerCase() === wanted) values.push(value);
  }
  return values;
}

/** Names by which a machine reaches itself; on a local instance any of them, and any port, is ours. */
function isLoopback(hostname: string): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/.test(hostname);
}

/** The host by which each origin was last called: reading a URL takes long, and callers use the one that is published. */
const lastHosts = new Map<string, string>();

/** Whether a `Host` names this gateway: a caller must not choose what we print as our own URL (faults G14). */
function isOurs(host: string | undefined, origin: string): boolean {
  if (host !== undefined && lastHosts.get(origin) === host) return true;
  const named = namesOrigin(host, origin);
  if (named && host !== undefined) lastHosts.set(origin, host);
  return named;
}

function namesOrigin(host: string | undefined, origin: string): boolean {
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
  const codings = valuesOf(headers, "transfer-encoding");
  return valuesOf(headers, "host").length > 1 || codings.some((coding) => !/^chunked$/i.test(coding));
}

/** Refuses what is never passed on, whatever it would pay: before any lookup, and before its body is read. */
export function screen(
  { method, headers }: Pick<GatewayRequest, "method" | "headers">,
  origin: string,
  via: string,
): ReasonCode | null {
  if (headers.length > MAX_LINES) return "header_too_large";
  if (!isOurs(valuesOf(headers, "host")[0], origin)) return "misdirected_request";
  if (method === "CONNECT" || method === "TRACE") return "method_not_allowed";
  if (valuesOf(headers, "upgrade").length > 0) return "websocket_not_supported";
  if (valuesOf(headers, "expect").length > 0) return "expectation_failed";
  if (cameThroughUs(headers, via)) return "loop_detected";
  return null;
}
