import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { ALLOWED } from "./answers";

/** A server on every address of this machine: the merchant's own at the allowed one, and a canary at all others. */
export interface Canary {
  port: number;
  /** Addresses at which somebody connected where nobody may. */
  heard: string[];
  /** Requests the merchant's own server answered. */
  served(): number;
  close(): void;
}

/** Starts the merchant's server and the canary, on one port. */
export async function startCanary(): Promise<Canary> {
  const heard: string[] = [];
  let served = 0;
  const server = createServer((_, response) => {
    served += 1;
    // So that every call has to look the name up again.
    response.writeHead(200, { connection: "close" }).end("the merchant's own");
  });
  server.on("connection", ({ localAddress = "" }) => {
    if (localAddress.replace(/^::ffff:/, "") !== ALLOWED) heard.push(localAddress);
  });
  server.listen(0);
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    heard,
    served: () => served,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
