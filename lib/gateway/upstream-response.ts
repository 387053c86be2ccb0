import type { ClientRequest, IncomingMessage } from "node:http";
import type { UpstreamResult } from "./ports";

/** How long an answer may lie unread, so that one forgotten by everybody still frees its connection. */
const UNREAD_MS = 120_000;

const END: IteratorReturnResult<undefined> = { done: true, value: undefined };

function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    result.push([rawHeaders[i] ?? "", rawHeaders[i + 1] ?? ""]);
  }
  return result;
}

/** Turns a response whose headers are here into one whose body can be read once, and whose connection always ends well. */
export function readResponse(
  request: ClientRequest,
  response: IncomingMessage,
  stallMs: number,
): UpstreamResult {
  const { statusCode = 0, rawHeaders } = response;
  let allowedMs = stallMs;
  let over = false;

  const chunks: AsyncIterator<Uint8Array> = response.iterator({ destroyOnReturn: false });
  let timer = setTimeout(destroy, UNREAD_MS);

  function destroyAfter(ms: number): void {
    clearTimeout(timer);
    if (!over) timer = setTimeout(destroy, ms);
  }

  function destroy(): void {
    clearTimeout(timer);
    if (over) return;
    over = true;
    request.destroy();
  }

  async function next(): Promise<IteratorResult<Uint8Array, undefined>> {
    // The upstream's patience counts only while it is waited for: a slow reader on our side is not its fault.
    destroyAfter(allowedMs);
    const chunk = await chunks.next().catch((error: unknown) => {
      destroy();
      throw error;
    });
    destroyAfter(UNREAD_MS);
    if (!chunk.done) return chunk;
    // A connection whose request was answered before it was whole, or whose answer is not whole, serves nobody else.
    over ||= response.complete && request.writableFinished;
    destroy();
    if (!response.complete) throw new Error("The upstream ended its answer early");
    return END;
  }

  // Not a generator: its return would wait for the chunk in the making, and do nothing before the first.
  async function end(): Promise<IteratorReturnResult<undefined>> {
    destroy();
    return END;
  }

  // A fault can come before anyone reads; the reader is told by the iterator.
  response.on("error", () => {});
  if (statusCode < 200 || statusCode > 599) {
    destroy();
    return { ok: false, reason: "upstream_invalid" };
  }
  return {
    ok: true,
    status: statusCode,
    headers: pairs(rawHeaders),
    body: { [Symbol.asyncIterator]: () => ({ next, return: end }) },
    allowStall: (ms) => {
      allowedMs = ms;
    },
    destroy,
  };
}
