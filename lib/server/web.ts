import type { IncomingMessage, ServerResponse } from "node:http";

/** Next, ready to answer. */
export interface Web {
  handle(request: IncomingMessage, response: ServerResponse): Promise<void>;
  close(): Promise<void>;
}

/** Opens the dashboard from its build, or from its sources in development. */
export async function openWeb(dev: boolean, port: number): Promise<Web> {
  // Only here, so that a process without the web role does not wait for all of Next to load.
  const { default: next } = await import("next");
  const app = next({ dev, dir: process.cwd(), port, hostname: "localhost", quiet: true });
  await app.prepare();
  const handle = app.getRequestHandler();
  return { handle: (request, response) => handle(request, response), close: () => app.close() };
}
