import { once } from "node:events";
import { createServer as createHttpServer } from "node:http";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";

/** Where a proxy leads. */
export interface Target {
  host: string;
  port: number;
}

/** A connection that a proxy stopped at a text. */
export interface Stall {
  /** Resolves when the text came; what said it hears nothing more. */
  reached: Promise<void>;
}

/** What a TCP proxy does to the bytes of either side, each a probability per chunk. */
export interface Weather {
  /** Breaks the connection. */
  drop?: number;
  /** Holds the chunk back for up to `delayMs`. */
  delay?: number;
  delayMs?: number;
}

/** A TCP proxy; everything passes until it is told otherwise. */
export interface TcpProxy {
  port: number;
  /** The URL with this proxy in place of its host. */
  through(url: string): string;
  /** Stops one connection where it says `text` to the server: `request` keeps that chunk back, `reply` what is answered to it. */
  stallOn(text: string, hold: "request" | "reply"): Stall;
  /** From now on leads there; null refuses connections. Those that stand stay until they are cut. */
  redirect(target: Target | null): void;
  /** Breaks every connection. */
  cut(): void;
  /** From now on treats chunks like this; `chance` says whether something of a probability happens. */
  weather(weather: Weather, chance: (probability: number) => boolean): void;
  close(): void;
}

interface ArmedStall {
  text: string;
  hold: "request" | "reply";
  reach(): void;
}

/** The host and port a URL names. */
export function targetOf(url: string): Target {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}

/** Opens a TCP proxy on a free port. */
export async function openTcpProxy(to: Target | null): Promise<TcpProxy> {
  const sockets = new Set<Socket>();
  const armed: ArmedStall[] = [];
  let target = to;
  let weather: Weather = {};
  let happens: (probability: number) => boolean = () => false;

  /** Writes chunks in their order, each when its time has come. */
  function conveyor(from: Socket, into: Socket): (chunk: Buffer) => void {
    let before: Promise<unknown> = Promise.resolve();
    return (chunk) => {
      if (happens(weather.drop ?? 0)) return void from.destroy();
      const waitMs = happens(weather.delay ?? 0) ? (weather.delayMs ?? 0) : 0;
      before = Promise.all([before, waitMs > 0 ? sleep(waitMs) : null]).then(() => {
        if (!into.destroyed) into.write(chunk);
      });
    };
  }

  const server = createServer((client) => {
    sockets.add(client);
    client.on("error", () => client.destroy());
    client.on("close", () => sockets.delete(client));
    if (target === null) return void client.destroy();
    const behind = connect(target.port, target.host);
    sockets.add(behind);
    behind.on("error", () => behind.destroy());
    behind.on("close", () => {
      sockets.delete(behind);
      client.destroy();
    });
    client.on("close", () => behind.destroy());
    const toServer = conveyor(client, behind);
    const toClient = conveyor(behind, client);
    let stalled: ArmedStall | undefined;
    client.on("data", (chunk) => {
      if (stalled) return;
      const at = armed.findIndex(({ text }) => chunk.includes(text));
      if (at !== -1) [stalled] = armed.splice(at, 1);
      if (stalled?.hold === "request") return stalled.reach();
      toServer(chunk);
    });
    behind.on("data", (chunk) => {
      if (stalled) return stalled.reach();
      toClient(chunk);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;

  return {
    port,
    through(url) {
      const changed = new URL(url);
      changed.hostname = "127.0.0.1";
      changed.port = String(port);
      return changed.href;
    },
    stallOn(text, hold) {
      const reached = new Promise<void>((reach) => armed.push({ text, hold, reach }));
      return { reached };
    },
    redirect(next) {
      target = next;
    },
    cut() {
      for (const socket of sockets) socket.destroy();
    },
    weather(next, chance) {
      weather = next;
      happens = chance;
    },
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** One JSON-RPC call on its way to a node. */
export interface RpcCall {
  id: number;
  method: string;
  params?: unknown[];
}

/** One JSON-RPC reply. */
export type RpcReply = { jsonrpc: "2.0"; id: number } & (
  | { result: unknown }
  | { error: { code: number; message: string } }
);

/** What becomes of a call: `forward` asks the real node, as often as it is called. `hang` never answers, `reset` hangs up. */
export type RpcBehaviour = (
  call: RpcCall,
  forward: () => Promise<RpcReply>,
) => Promise<RpcReply | "hang" | "reset">;

/** An RPC URL that behaves as it is told. */
export interface RpcProxy {
  /** Carries a key in its path, as RPC providers' URLs do. */
  url: string;
  behave(behaviour: RpcBehaviour): void;
  close(): void;
}

/** Opens an RPC in front of a node; it is honest until it is told otherwise. */
export async function openRpcProxy(rpcUrl: string, key: string): Promise<RpcProxy> {
  let behaviour: RpcBehaviour = (_, forward) => forward();
  const server = createHttpServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const call: RpcCall | RpcCall[] = JSON.parse(Buffer.concat(chunks).toString());
    const replies = await Promise.all(
      [call].flat().map((one) => behaviour(one, () => forward(rpcUrl, one)).catch(() => "reset" as const)),
    );
    if (replies.includes("reset")) return void response.destroy();
    if (replies.includes("hang")) return;
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(Array.isArray(call) ? replies : replies[0]));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1/${key}`,
    behave(next) {
      behaviour = next;
    },
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function forward(rpcUrl: string, call: RpcCall): Promise<RpcReply> {
  const headers = { "content-type": "application/json" };
  const response = await fetch(rpcUrl, { method: "POST", headers, body: JSON.stringify(call) });
  return (await response.json()) as RpcReply;
}
