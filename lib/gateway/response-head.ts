import type { HeaderLine } from "./headers";

/** How the end of an answer's body is known (RFC 9112 §6.3); `close` is when its connection ends. */
export type Framing =
  | { kind: "none" }
  | { kind: "length"; bytes: number }
  | { kind: "chunked" }
  | { kind: "close" };

/** The head of an answer, taken apart. */
export interface ResponseHead {
  status: number;
  /** In order, names as received. */
  headers: [name: string, value: string][];
  framing: Framing;
  /** How long its server keeps the connection for another request, in ms, as far as it says so; 0 when it closes it. */
  keptMs: number;
}

const STATUS_LINE = /^HTTP\/1\.([01]) ([1-9]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
/** More digits than any length that a number holds exactly. */
const LENGTH = /^\d{1,15}$/;

/** Whitespace around a value is none of it; a regular expression would look at long runs of it again and again. */
function trimmed(text: string, from: number): string {
  let start = from;
  let end = text.length;
  const isBlank = (at: number) => text[at] === " " || text[at] === "\t";
  while (start < end && isBlank(start)) start++;
  while (end > start && isBlank(end - 1)) end--;
  return text.slice(start, end);
}

/** Parses a header line without its line end; null for anything that is not exactly one, a folded line included. */
export function parseHeaderLine(line: string): [name: string, value: string] | null {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(0, colon));
  const value = trimmed(line, colon + 1);
  return NAME.test(name) && VALUE.test(value) ? [name, value] : null;
}

function valuesOf(headers: readonly HeaderLine[], wanted: string): string[] {
  return headers
    .filter(([name]) => name.length === wanted.length && name.toLowerCase() === wanted)
    .map(([, value]) => value);
}

/** A message that two readers could cut in two places is none: it is how one answer smuggles in the next (faults G8). */
function framingOf(method: string, status: number, headers: readonly HeaderLine[]): Framing | null {
  const lengths = valuesOf(headers, "content-length");
  const codings = valuesOf(headers, "transfer-encoding");
  const [length] = lengths;
  const [coding] = codings;
  if (lengths.length + codings.length > 1) return null;
  if (length !== undefined && !LENGTH.test(length)) return null;
  if (coding !== undefined && coding.toLowerCase() !== "chunked") return null;
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (coding !== undefined) return { kind: "chunked" };
  return length === undefined ? { kind: "close" } : { kind: "length", bytes: Number(length) };
}

function keptMs(version: string, headers: readonly HeaderLine[]): number {
  const closes = valuesOf(headers, "connection").some((value) => /(?:^|,)\s*close\s*(?:,|$)/i.test(value));
  if (version === "0" || closes) return 0;
  const said = /\btimeout=(\d{1,9})/i.exec(valuesOf(headers, "keep-alive").join())?.[1];
  return said === undefined ? Number.POSITIVE_INFINITY : Number(said) * 1_000;
}

/** Parses the head of an answer to `method`, without the empty line that ends it; null when it is not HTTP/1 to the letter. */
export function parseResponseHead(text: string, method: string): ResponseHead | null {
  const [statusLine = "", ...lines] = text.split("\r\n");
  const [, version = "", code = ""] = STATUS_LINE.exec(statusLine) ?? [];
  const headers: [string, string][] = [];
  for (const line of lines) {
    const parsed = parseHeaderLine(line);
    if (parsed === null) return null;
    headers.push(parsed);
  }
  const status = Number(code);
  const framing = framingOf(method, status, headers);
  if (version === "" || framing === null) return null;
  return { status, headers, framing, keptMs: keptMs(version, headers) };
}
