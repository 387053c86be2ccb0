import { Readable } from "node:stream";
import type { ReadableStream as NodeWebStream } from "node:stream/web";
import type { Gateway } from "@/lib/gateway/gateway";
import type { GatewayRequest } from "@/lib/gateway/ports";

/** Answers a web-standard request with the gateway, on hosts that give us no socket of our own. */
export async function answerWebRequest(gateway: Gateway, request: Request): Promise<Response> {
  const { status, headers, body } = await gateway(toGatewayRequest(request));
  const isWhole = body === null || typeof body === "string" || body instanceof Uint8Array;
  const content = isWhole ? body : streamOf(body);
  return new Response(content as BodyInit | null, { status, headers });
}

/** What such hosts leave of a request: lines of one name are joined already, and dots in its path are resolved. */
function toGatewayRequest(request: Request): GatewayRequest {
  const { pathname, search } = new URL(request.url);
  const { method, body, signal } = request;
  return {
    method,
    target: `${pathname}${search}`,
    headers: [...request.headers],
    body: body === null ? null : Readable.fromWeb(body as NodeWebStream<Uint8Array>),
    signal,
  };
}

/** Pulled at the pace of whoever reads it; cancelling it ends the iteration. */
function streamOf(body: AsyncIterable<Uint8Array>): NodeWebStream {
  return Readable.toWeb(Readable.from(body, { objectMode: false }));
}
