import { once } from "node:events";
import { Agent, type IncomingMessage, request } from "node:http";
import { text } from "node:stream/consumers";

const LOOK_EVERY_MS = 100;

/** An answer that came through. */
export interface Answered {
  status: number;
  headers: IncomingMessage["headers"];
  body: string;
}

/** A load balancer as plain as they come: in turn, to whoever says it is ready, over connections it keeps. */
export interface RoundRobin {
  /** Passes a GET on; only a refused connection is tried elsewhere, everything else is what the client gets. */
  get(path: string, headers?: Record<string, string>): Promise<Answered>;
  close(): void;
}

/** Opens a balancer in front of these ports; every request carries `host`, as if that name led here. */
export function openRoundRobin(host: string, ports: readonly string[]): RoundRobin {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<string>();
  let turn = 0;

  async function send(port: string, path: string, headers: Record<string, string>): Promise<Answered> {
    const call = request({ agent, port, path, host: "127.0.0.1", headers: { host, ...headers } }).end();
    const [response] = (await once(call, "response")) as [IncomingMessage];
    return { status: response.statusCode ?? 0, headers: response.headers, body: await text(response) };
  }

  const look = async (port: string) => {
    const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (answer?.ok) ready.add(port);
    else ready.delete(port);
  };
  const timer = setInterval(() => void Promise.all(ports.map(look)), LOOK_EVERY_MS);

  return {
    async get(path, headers = {}) {
      for (;;) {
        const [port, ...others] = [...ready];
        if (port === undefined) throw new Error("Nobody is ready");
        const all = [port, ...others];
        const chosen = all[turn++ % all.length] ?? port;
        try {
          return await send(chosen, path, headers);
        } catch (error) {
          if (!(error instanceof Error && "code" in error && error.code === "ECONNREFUSED")) throw error;
          ready.delete(chosen);
        }
      }
    },
    close() {
      clearInterval(timer);
      agent.destroy();
    },
  };
}
