import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";

/**
 * Starts a TCP proxy that lets everything through until a connection says `text` to the server. Then `hold: "request"`
 * keeps that message back, and `hold: "reply"` delivers it and keeps the answer back. `reached` resolves in both cases.
 * PostgreSQL is told a statement first, and what is passed to it when it is executed.
 */
export async function openStallingProxy(
  to: { host: string; port: number },
  text: string,
  hold: "request" | "reply",
) {
  let reach: () => void = () => {};
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  const sockets = new Set<Socket>();
  let armed = true;
  const server = createServer({ allowHalfOpen: true }, (client) => {
    const upstream = connect(to.port, to.host);
    let holding = false;
    for (const [socket, other] of [[client, upstream] as const, [upstream, client] as const]) {
      sockets.add(socket);
      socket.on("error", () => {});
      // What is held back hears of no end either: a machine that is gone does not say goodbye.
      socket.on("close", () => holding || other.destroy());
    }
    client.on("end", () => holding || client.destroy());
    client.on("data", (chunk) => {
      if (holding) return;
      holding = armed && chunk.includes(text);
      if (holding && hold === "request") return reach();
      upstream.write(chunk);
    });
    upstream.on("data", (chunk) => {
      if (holding) return reach();
      client.write(chunk);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("The proxy has no port");
  return {
    port: address.port,
    reached,
    /** Breaks every connection, and from then on lets everything through. */
    cut() {
      armed = false;
      for (const socket of sockets) socket.destroy();
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
