import type { ClientRequest, IncomingMessage } from "node:http";
import type { UpstreamResult } from "./ports";

/** How long an answer may lie unread, so that one forgotten by everybody still frees its connection. */
const UNREAD_MS = 120_000;

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

  let timer = setTimeout(destroy, UNREAD_MS);

  function destroyAfter(ms: number): void {
    clearTimeout(timer);
    timer = setTimeout(destroy, ms);
  }

  function destroy(): void {
    clearTimeout(timer);
    if (over) return;
    over = true;
    request.destroy();
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    const chunks = response.iterator({ destroyOnReturn: false });
    try {
      for (;;) {
        // The upstream's patience counts only while it is waited for: a slow reader on our side is not its fault.
        destroyAfter(allowedMs);
        const next = await chunks.next();
        if (next.done) break;
        destroyAfter(UNREAD_MS);
        yield next.value;
      }
      if (!response.complete) throw new Error("The upstream ended its answer early");
      over = request.writableFinished;
    } finally {
      // Answered before the request was whole, cut off, or no longer wanted: this connection serves nobody else.
      destroy();
    }
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
    body: read(),
    allowStall: (ms) => {
      allowedMs = ms;
    },
    destroy,
  };
}
