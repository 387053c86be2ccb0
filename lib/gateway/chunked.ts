import { parseHeaderLine } from "./response-head";

/** Longest line of a chunk's size, its extensions included. */
const MAX_LINE_BYTES = 4_096;
/** Most that may come behind the last chunk. */
const MAX_TRAILER_BYTES = 16_384;

/** Up to 2^48 bytes. */
const SIZE_LINE = /^([0-9A-Fa-f]{1,12})(?:;[\t\x20-\x7e\x80-\xff]*)?$/;

/** What is left of some bytes of a chunked body: nothing, those behind its end, or that they are not chunks. */
export type Dechunked = { kind: "more" } | { kind: "end"; at: number } | { kind: "invalid" };

const MORE: Dechunked = { kind: "more" };
const INVALID: Dechunked = { kind: "invalid" };

/**
 * Takes the chunks of one body apart as they come (RFC 9112 §7.1), and hands on views of the bytes they came in. What
 * extensions and trailers say is dropped: the one is for this connection, the other was not judged as headers are.
 */
export function createDechunker(onData: (bytes: Uint8Array) => void): (bytes: Buffer) => Dechunked {
  let awaited: "size" | "data" | "end of data" | "trailer" = "size";
  let line = "";
  let left = 0;
  let trailerBytes = 0;

  /** Reads a line that is whole, or null; `length` is what was taken of the bytes. */
  function readLine(bytes: Buffer, from: number): { text: string | null; length: number } {
    const lineEnd = bytes.indexOf(10, from);
    const end = lineEnd === -1 ? bytes.length : lineEnd + 1;
    line += bytes.toString("latin1", from, end);
    const text = lineEnd === -1 ? null : line;
    if (text !== null) line = "";
    return { text, length: end - from };
  }

  /** Takes in a whole line; "end" for the one that ends the body. */
  function take(text: string): "on" | "end" | "invalid" {
    if (!text.endsWith("\r\n")) return "invalid";
    const content = text.slice(0, -2);
    if (awaited === "end of data") {
      awaited = "size";
      return content === "" ? "on" : "invalid";
    }
    if (awaited === "trailer") {
      trailerBytes += text.length;
      if (content === "") return "end";
      return trailerBytes <= MAX_TRAILER_BYTES && parseHeaderLine(content) !== null ? "on" : "invalid";
    }
    const size = SIZE_LINE.exec(content)?.[1];
    if (size === undefined) return "invalid";
    left = Number.parseInt(size, 16);
    awaited = left === 0 ? "trailer" : "data";
    return "on";
  }

  return (bytes) => {
    let at = 0;
    while (at < bytes.length) {
      if (awaited === "data") {
        const end = Math.min(bytes.length, at + left);
        onData(bytes.subarray(at, end));
        left -= end - at;
        at = end;
        if (left === 0) awaited = "end of data";
        continue;
      }
      const { text, length } = readLine(bytes, at);
      at += length;
      if ((text ?? line).length > MAX_LINE_BYTES) return INVALID;
      if (text === null) return MORE;
      const taken = take(text);
      if (taken === "invalid") return INVALID;
      if (taken === "end") return { kind: "end", at };
    }
    return MORE;
  };
}
