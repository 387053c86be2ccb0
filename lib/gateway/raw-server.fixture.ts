import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { onTestFinished } from "vitest";

/** A server of bare bytes for one test, on a free port of loopback. */
export interface RawServer {
  port: number;
  origin: string;
  /** Everything each connection has sent so far, in the order they were opened. */
  received: string[];
  /** Resolves once the connection of this index is closed. */
  closed(index: number): Promise<void>;
}

/** How a raw server treats one connection: called with each chunk that arrives, and how many came so far. */
export type Behaviour = (socket: Socket, requests: number) => void;

/** Certificate and key of `api.example`, self-signed, good for tests alone. */
export interface Identity {
  cert: string;
  key: string;
}

/** Starts a server that answers with whatever bytes a test wants; it ends with the test. */
export async function startRaw(behave: Behaviour, identity?: Identity): Promise<RawServer> {
  const received: string[] = [];
  const sockets: Socket[] = [];
  const endings: Promise<unknown>[] = [];
  const accept = (socket: Socket) => {
    const index = sockets.push(socket) - 1;
    let requests = 0;
    received[index] = "";
    endings[index] = new Promise((resolve) => socket.once("close", resolve));
    socket.on("error", () => {});
    socket.on("data", (chunk) => {
      received[index] += chunk.toString("latin1");
      requests++;
      behave(socket, requests);
    });
  };
  const server = identity ? createTlsServer(identity, accept) : createServer(accept);
  server.on("tlsClientError", () => {});
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The server has no port");
  return {
    port: address.port,
    origin: `http://127.0.0.1:${address.port}`,
    received,
    closed: async (index) => void (await endings[index]),
  };
}
