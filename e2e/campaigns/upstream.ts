import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** The merchant's server: every 2xx body is unlike any other and names the payment it was made for. */
export interface Upstream {
  url: string;
  /** How often a path with its query was asked for. */
  calls(target: string): number;
  close(): void;
}

/** What an upstream answers, as JSON. */
export interface UpstreamBody {
  /** The `Idempotency-Key` of the call. */
  payment: string;
  /** Counts every call, so that no two bodies are the same. */
  serial: number;
  target: string;
}

/**
 * Starts an upstream that a payer's query commands: `wait` holds the answer back for as many milliseconds, `pad` makes
 * it as many bytes longer, `hang` never answers the first call of this target.
 */
export async function startUpstream(): Promise<Upstream> {
  const calls = new Map<string, number>();
  let serial = 0;
  const server = createServer((request, response) => {
    const target = request.url ?? "/";
    const { searchParams } = new URL(target, "http://upstream");
    const count = (calls.get(target) ?? 0) + 1;
    calls.set(target, count);
    if (searchParams.has("hang") && count === 1) return;
    serial += 1;
    const body: UpstreamBody = { payment: String(request.headers["idempotency-key"]), serial, target };
    const padding = " ".repeat(Number(searchParams.get("pad") ?? 0));
    const answer = () => {
      response.writeHead(200, { "content-type": "application/json" });
      response.end(`${JSON.stringify(body)}${padding}`);
    };
    setTimeout(answer, Number(searchParams.get("wait") ?? 0));
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    calls: (target) => calls.get(target) ?? 0,
    close() {
      server.close();
      server.closeAllConnections();
    },
  };
}
