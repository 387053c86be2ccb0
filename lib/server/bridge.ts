import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { GatewayRequest, GatewayResponse } from "@/lib/gateway/ports";

/** Aborted when the connection ends before the answer is written; a response that waits its turn in a pipeline is not told. */
function callerGone({ socket }: IncomingMessage, response: ServerResponse): AbortSignal {
  const gone = new AbortController();
  const leave = () => gone.abort();
  socket.once("close", leave);
  response.once("finish", () => socket.off("close", leave));
  return gone.signal;
}

/** Reads a node request as the gateway's: the raw target, the header lines as they came, and whether its caller is gone. */
export function toGatewayRequest(request: IncomingMessage, response: ServerResponse): GatewayRequest {
  const headers: [string, string][] = [];
  for (let i = 0; i + 1 < request.rawHeaders.length; i += 2) {
    headers.push([request.rawHeaders[i] ?? "", request.rawHeaders[i + 1] ?? ""]);
  }
  return {
    method: request.method ?? "",
    target: request.url ?? "",
    headers,
    body: request,
    signal: callerGone(request, response),
  };
}

/** Writes the gateway's response at the pace of the caller's socket; a body that breaks off cuts the connection. */
export async function writeGatewayResponse(answer: GatewayResponse, response: ServerResponse): Promise<void> {
  const { status, headers, body } = answer;
  if (body === null || body instanceof Uint8Array) {
    const sized = response.req.method === "HEAD" ? headers : withLength(status, headers, body);
    response.writeHead(status, sized.flat());
    response.end(body ?? undefined);
    return;
  }
  response.writeHead(status, headers.flat());
  try {
    for await (const chunk of body) {
      if (response.req.socket.destroyed) return;
      if (!response.write(chunk)) await drained(response);
    }
    response.end();
  } catch {
    // The caller must not take half an answer for a whole one.
    response.destroy();
  }
}

/** A response without a body still says so, except where HTTP forbids the length (RFC 9110 §8.6). */
function withLength(
  status: number,
  headers: GatewayResponse["headers"],
  body: Uint8Array | null,
): GatewayResponse["headers"] {
  const named = headers.some(([name]) => name.toLowerCase() === "content-length");
  if (named || status === 204 || status === 304) return headers;
  return [...headers, ["Content-Length", String(body?.byteLength ?? 0)]];
}

async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  const closed = once(response.req.socket, "close", { signal });
  await Promise.race([once(response, "drain", { signal }), closed]).catch(() => {});
  done.abort();
}
