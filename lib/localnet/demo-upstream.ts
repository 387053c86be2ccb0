import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";

/** A running demo upstream. */
export interface DemoUpstream {
  url: string;
  stop(): Promise<void>;
}

type Handler = (request: IncomingMessage, response: ServerResponse, query: URLSearchParams) => void;

const PAGES: Record<string, Handler> = {
  "/": (_, response) => json(response, 200, { paths: Object.keys(PAGES) }),
  "/now": (_, response) => json(response, 200, { now: new Date().toISOString() }),
  "/weather": (_, response, query) => json(response, 200, weather(query.get("city") ?? "Lisbon")),
  "/echo": echo,
  "/stream": stream,
  "/fail": (_, response) => json(response, 500, { error: "This path always fails; nobody is charged." }),
};

const NAME = "Farebox demo upstream";

/** Tells whether the demo upstream of another process answers on this port. */
export async function isDemoUpstream(port: number): Promise<boolean> {
  const answer = await fetch(urlOf(port), { signal: AbortSignal.timeout(1_000) }).catch(() => undefined);
  return answer?.headers.get("server") === NAME;
}

/** The demo upstream another process runs on this port, which is not ours to stop. */
export function sharedDemoUpstream(port: number): DemoUpstream {
  return { url: urlOf(port), stop: async () => {} };
}

function urlOf(port: number): string {
  return `http://127.0.0.1:${port}`;
}

/** Serves a small API worth paying for on a loopback port, so that a first endpoint has something to sell. */
export async function startDemoUpstream(port: number): Promise<DemoUpstream> {
  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? "/", "http://demo");
    const page = Object.hasOwn(PAGES, pathname) ? PAGES[pathname] : undefined;
    if (page) page(request, response, searchParams);
    else json(response, 404, { error: "There is nothing here." });
  });
  server.listen(port, "127.0.0.1");
  await once(server, "listening");
  return { url: urlOf(port), stop: () => close(server) };
}

function weather(city: string) {
  // The same city has the same weather: a demo must not need the network.
  const seed = [...city].reduce((sum, letter) => sum + (letter.codePointAt(0) ?? 0), 0);
  return { city, celsius: seed % 35, sky: ["clear", "cloudy", "rain"][seed % 3] };
}

async function echo(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  const { method, url, headers } = request;
  json(response, 200, { method, url, headers, body: Buffer.concat(chunks).toString("utf8") });
}

function stream(_: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  let count = 0;
  const timer = setInterval(() => {
    count += 1;
    response.write(`data: ${JSON.stringify({ tick: count })}\n\n`);
    if (count === 5) response.end();
  }, 200);
  response.on("close", () => clearInterval(timer));
}

function json(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { "content-type": "application/json", server: NAME });
  response.end(`${JSON.stringify(body)}\n`);
}

async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, "close");
}
