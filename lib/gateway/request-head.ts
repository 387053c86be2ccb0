import type { Destination } from "./guard";
import { FRAMING_HEADERS } from "./headers";
import type { UpstreamCall } from "./ports";

/** Whatever else would end a line and begin another; every part was checked before, and this is the last door. */
const UNFIT = /[^\t\x20-\x7e\x80-\xff]/;

const SIZED_METHODS = new Set(["POST", "PUT", "PATCH"]);

/**
 * Writes the head of a request. With our own framing only: a length or coding of the caller's would let one request
 * smuggle in another. Throws on what cannot stand in a head.
 */
export function requestHead(
  { method, headers, body }: UpstreamCall,
  { path, authority }: Destination,
): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: ${authority}`];
  for (const [name, value] of headers) {
    if (!FRAMING_HEADERS.has(name.toLowerCase())) lines.push(`${name}: ${value}`);
  }
  if (body !== null || SIZED_METHODS.has(method)) lines.push(`Content-Length: ${body?.byteLength ?? 0}`);
  lines.push("Connection: keep-alive");
  if (lines.some((line) => UNFIT.test(line))) throw new Error("A line of the request is not one line");
  return `${lines.join("\r\n")}\r\n\r\n`;
}
