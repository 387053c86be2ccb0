/** One HTTP answer, as views of the bytes it came in: they are overwritten by the next. */
export interface Answer {
  status: number;
  /** Status line and header lines. */
  head: Buffer;
  body: Buffer;
}

const HEAD_END = Buffer.from("\r\n\r\n");
const SPELLINGS = [Buffer.from("\r\nContent-Length: "), Buffer.from("\r\ncontent-length: ")];
const [ZERO, NINE] = [0x30, 0x39];

/**
 * Reads the answer that `bytes` begins with, or null while it is not whole. Only `Content-Length` framing is known, in two
 * spellings: a load generator that shares the machine with what it measures must cost little. Throws on any other.
 */
export function readAnswer(bytes: Buffer): Answer | null {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd === -1) return null;
  const bodyAt = headEnd + HEAD_END.length;
  const end = bodyAt + contentLength(bytes, headEnd);
  if (bytes.length < end) return null;
  if (bytes.length > end) throw new Error("More came than was asked for");
  return {
    status: readNumber(bytes, 9),
    head: bytes.subarray(0, headEnd),
    body: bytes.subarray(bodyAt, end),
  };
}

function contentLength(bytes: Buffer, headEnd: number): number {
  for (const spelling of SPELLINGS) {
    const at = bytes.indexOf(spelling);
    if (at !== -1 && at < headEnd) return readNumber(bytes, at + spelling.length);
  }
  throw new Error(`An answer without Content-Length: ${bytes.toString("latin1", 0, headEnd)}`);
}

function readNumber(bytes: Buffer, from: number): number {
  let number = 0;
  for (let at = from; ; at++) {
    const digit = bytes[at] ?? 0;
    if (digit < ZERO || digit > NINE) return number;
    number = number * 10 + digit - ZERO;
  }
}
