import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import type { GatewayRequest, GatewayResponse, Waiting } from "@/lib/gateway/ports";
import type { Soon } from "@/lib/gateway/soon";

/** Whoever is at the other end of a connection; a response that waits its turn in a pipeline is not told when that ends. */
class Caller implements Waiting {
  readonly #socket: Socket;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  get aborted(): boolean {
    return this.#socket.destroyed;
  }

  addEventListener(_: "abort", leave: () => void): void {
    this.#socket.once("close", leave);
  }

  removeEventListener(_: "abort", leave: () => void): void {
    this.#socket.off("close", leave);
  }
}

/** A node request as the gateway's: the raw target, the header lines as they came, and whether its caller is gone. */
class NodeRequest implements GatewayRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: [string, string][] = [];
  readonly body: IncomingMessage | null;
  readonly signal: Waiting;

  constructor(request: IncomingMessage) {
    this.method = request.method ?? "";
    this.target = request.url ?? "";
    this.signal = new Caller(request.socket);
    const { rawHeaders } = request;
    let hasBody = false;
    for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
      const name = rawHeaders[i] ?? "";
      this.headers.push([name, rawHeaders[i + 1] ?? ""]);
      hasBody ||= framesBody(name);
    }
    this.body = hasBody ? request : null;
  }
}

/** Longer bodies are sent as they are: copying them would cost more than it saves. */
const ONE_PIECE_BYTES = 16_384;

/** Without either of these headers a request has no body (RFC 9112 §6.3). */
function framesBody(name: string): boolean {
  return (
    (name.length === 14 && name.toLowerCase() === "content-length") ||
    (name.length === 17 && name.toLowerCase() === "transfer-encoding")
  );
}

/** Reads a node request as the gateway's. */
export function toGatewayRequest(request: IncomingMessage): GatewayRequest {
  return new NodeRequest(request);
}

/** Writes the gateway's response at the pace of the caller's socket; a body that breaks off cuts the connection. */
export function writeGatewayResponse(answer: GatewayResponse, response: ServerResponse): Soon<void> {
  const { status, headers, body } = answer;
  if (body === null || typeof body === "string" || body instanceof Uint8Array) {
    response.writeHead(
      status,
      headLines(status, headers, response.req.method === "HEAD" ? null : (body?.length ?? 0)),
    );
    // Node sends a text that is as long as its bytes in one piece with the head, which halves what sending takes.
    if (typeof body === "string") response.end(body, "latin1");
    else if (body === null || body.length > ONE_PIECE_BYTES) response.end(body ?? undefined);
    else response.end(Buffer.from(body.buffer, body.byteOffset, body.length).toString("latin1"), "latin1");
    return;
  }
  response.writeHead(status, headLines(status, headers, null));
  return pour(body, response);
}

async function pour(body: AsyncIterable<Uint8Array>, response: ServerResponse): Promise<void> {
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

/**
 * Header lines as node takes them, name after value. A response without a body still says so, except where HTTP forbids
 * the length (RFC 9110 §8.6); null where it is not known, or another's to say.
 */
function headLines(status: number, headers: GatewayResponse["headers"], length: number | null): string[] {
  const lines: string[] = [];
  let isSized = length === null || status === 204 || status === 304;
  for (const [name, value] of headers) {
    lines.push(name, value);
    isSized ||= name.length === 14 && name.toLowerCase() === "content-length";
  }
  if (!isSized) lines.push("Content-Length", String(length));
  return lines;
}

async function drained(response: ServerResponse): Promise<void> {
  const done = new AbortController();
  const { signal } = done;
  const closed = once(response.req.socket, "close", { signal });
  await Promise.race([once(response, "drain", { signal }), closed]).catch(() => {});
  done.abort();
}
