import { once } from "node:events";
import { createServer, type IncomingMessage, ServerResponse } from "node:http";
import type { Socket } from "node:net";

/** Answers one HTTP request. */
export type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** The listening socket, which is taken before anything else starts, so that a port in use is known at once. */
export interface Front {
  port: number;
  /** Sets who answers; until then every request is told to come back. */
  serve(handler: Handler, upgrade: "answer" | "leave"): void;
  /** Takes no new connections and resolves when the requests in flight have ended, or after `graceMs`. */
  drain(graceMs: number): Promise<void>;
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
  const server = createServer(LIMITS, (request, response) => handler(request, response));
  // Node would send "100 Continue" by itself; what comes of it is for the handler to say.
  server.on("checkContinue", (request, response) => handler(request, response));
  server.listen(port, host);
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : port,
    serve(next, upgrade) {
      handler = next;
      if (upgrade === "answer") server.on("upgrade", answerUpgrade(next));
    },
    async drain(graceMs) {
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

/** Nothing here speaks another protocol: an upgrade is answered like any request, and its connection ends. */
function answerUpgrade(handler: Handler) {
  return (request: IncomingMessage, socket: Socket) => {
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket);
    // Node has let go of this socket: nobody else hears of a reset, or closes what the caller leaves open.
    socket.on("error", () => socket.destroy());
    response.on("finish", () => socket.destroySoon());
    handler(request, response);
  };
}
