import { createDechunker, type Dechunked } from "./chunked";
import { parseResponseHead, type ResponseHead } from "./response-head";

/** Longest head of an answer. */
const MAX_HEAD_BYTES = 16 * 1_024;

const PROTOCOL = Buffer.from("HTTP/1.");
const HEAD_END = Buffer.from("\r\n\r\n");

/** Who is told of an answer as it comes. */
export interface ResponseListener {
  /** The head of the final answer; interim ones are dropped. */
  onHead(head: ResponseHead): void;
  /** Some of its body: a view of the bytes it came in. */
  onBody(bytes: Uint8Array): void;
}

/**
 * How far an answer is: `surplus` is a whole one with bytes behind it that nobody asked for, and `invalid` none that
 * could be read in one way only.
 */
export type Progress = "more" | "whole" | "surplus" | "invalid";

/** Reads one answer from the bytes of a connection. */
export interface ResponseReader {
  push(bytes: Buffer): Progress;
  /** Whether the answer is whole now that its connection has ended. */
  isWholeAtEnd(): boolean;
}

/** Makes the reader of one answer to a request of this method. */
export function createResponseReader(method: string, listener: ResponseListener): ResponseReader {
  let early: Buffer | null = null;
  let head: ResponseHead | null = null;
  let left = 0;
  const dechunk = createDechunker(listener.onBody);

  function readHead(bytes: Buffer): Progress {
    const all = early === null ? bytes : Buffer.concat([early, bytes]);
    if (all.length >= PROTOCOL.length && !all.subarray(0, PROTOCOL.length).equals(PROTOCOL)) return "invalid";
    const end = all.indexOf(HEAD_END);
    if (end > MAX_HEAD_BYTES || (end === -1 && all.length > MAX_HEAD_BYTES)) return "invalid";
    if (end === -1) {
      early = all;
      return "more";
    }
    early = null;
    const rest = all.subarray(end + HEAD_END.length);
    const parsed = parseResponseHead(all.toString("latin1", 0, end), method);
    // We never ask to switch protocols, so 101 is no answer to anything.
    if (parsed === null || parsed.status === 101 || parsed.status > 599) return "invalid";
    if (parsed.status < 200) return rest.length === 0 ? "more" : readHead(rest);
    head = parsed;
    listener.onHead(parsed);
    if (parsed.framing.kind === "length") left = parsed.framing.bytes;
    return readBody(rest, parsed);
  }

  function readBody(bytes: Buffer, { framing }: ResponseHead): Progress {
    if (framing.kind === "chunked") return progressOf(dechunk(bytes), bytes.length);
    const own = framing.kind === "close" ? bytes.length : Math.min(left, bytes.length);
    if (own > 0) listener.onBody(own === bytes.length ? bytes : bytes.subarray(0, own));
    left -= own;
    if (framing.kind === "close" || left > 0) return "more";
    return own === bytes.length ? "whole" : "surplus";
  }

  return {
    push: (bytes) => (head === null ? readHead(bytes) : readBody(bytes, head)),
    isWholeAtEnd: () => head?.framing.kind === "close",
  };
}

function progressOf(dechunked: Dechunked, length: number): Progress {
  if (dechunked.kind !== "end") return dechunked.kind;
  return dechunked.at === length ? "whole" : "surplus";
}
