import type { ClientRequest, IncomingMessage } from "node:http";
import type { UpstreamResult } from "./ports";

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

  function destroy(): void {
    if (over) return;
    over = true;
    request.destroy();
  }

  async function* read(): AsyncGenerator<Uint8Array> {
    const chunks = response.iterator({ destroyOnReturn: false });
    try {
      for (;;) {
        // Runs only while the upstream is waited for: a slow reader on our side is not its fault.
        const timer = setTimeout(destroy, allowedMs);
        const next = await chunks.next().finally(() => clearTimeout(timer));
        if (next.done) break;
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
