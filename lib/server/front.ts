import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Answers one HTTP request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The listening socket, which is taken before anything else starts, so that a port in use is known at once. */
export interface Front {
  port: number;
  /** Sets who answers; until then every request is told to come back. */
  serve(handler: Handler): void;
  /** Whether it was told to stop; from then on every answer asks its caller to use another connection. */
  readonly stopping: boolean;
  /**
   * Serves on for `noticeMs`, for load balancers to notice; then takes no new connections, and resolves when the
   * requests in flight have ended, or after `graceMs`.
   */
  drain(limits: { noticeMs: number; graceMs: number }): Promise<void>;
}

/** Limits on what a caller may hold open: the whole header in 10 s, the whole request in 30 s (slowloris). */
const LIMITS = {
  maxHeaderSize: 16 * 1024,
  headersTimeout: 10_000,
  requestTimeout: 30_000,
  connectionsCheckingInterval: 1_000,
  keepAliveTimeout: 65_000,
};

/** Listens; rejects with the system's error when the port cannot be had. */
export async function openFront(port: number, host: string): Promise<Front> {
  let handler: Handler = (_, response) => {
    response.writeHead(503, { "retry-after": "1", "content-type": "text/plain" });
    response.end("Farebox is starting.\n");
  };
  let stopping = false;
  /** The answer each connection is at; it stays when it is given, until the next one or the end of its connection. */
  const latest = new Map<Socket, ServerResponse>();
  const begin: Handler = (request, response) => {
    latest.set(request.socket, response);
    response.shouldKeepAlive &&= !stopping;
    handler(request, response);
  };
  const answer: Handler = (request, response) => {
    // What is pipelined behind another request waits for its answer: where that closes the connection, because its bytes
    // could be read in two ways, what comes behind may be the end of it and no request at all (request smuggling).
    if (response.socket === null) response.once("socket", () => begin(request, response));
    else begin(request, response);
  };
  // Nobody listens for upgrades: one that is asked for is then a request like any other, and its connection as well.
  const server = createServer(LIMITS, answer);
  // Node would send "100 Continue" by itself; what comes of it is for the handler to say.
  server.on("checkContinue", answer);
  server.on("connection", (socket) => socket.once("close", () => latest.delete(socket)));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    serve(next) {
      handler = next;
    },
    get stopping() {
      return stopping;
    },
    async drain({ noticeMs, graceMs }) {
      stopping = true;
      // A connection that is used after its answer could be closed under the next request, which is then lost.
      for (const response of latest.values()) response.shouldKeepAlive = false;
      await sleep(noticeMs);
      const closed = once(server, "close");
      server.close();
      // A kept-alive connection would stay after its last answer: look for idle ones until none is left.
      const idle = setInterval(() => server.closeIdleConnections(), 50);
      const late = setTimeout(() => server.closeAllConnections(), graceMs);
      await closed;
      clearInterval(idle);
      clearTimeout(late);
    },
  };
}
