import { createServer } from "node:http";
import type { Env } from "@/lib/env";
import { guardPages, type PageHandler } from "./pages";

/** Next, ready to answer. */
export interface Web {
  handle: PageHandler;
  close(): Promise<void>;
}

/** Opens the dashboard from its build, or from its sources in development. */
export async function openWeb(dev: boolean, port: number, env: Env): Promise<Web> {
  // Only here, so that a process without the web role does not wait for all of Next to load.
  const { default: next } = await import("next");
  // Next listens for upgrades on the server it sees first, which only its own reloading needs: elsewhere it gets one
  // that nobody connects to, so that no request is answered twice.
  const upgrades = dev ? {} : { httpServer: createServer() };
  const app = next({ dev, dir: process.cwd(), port, hostname: "localhost", quiet: true, ...upgrades });
  await app.prepare();
  const handle = app.getRequestHandler();
  return {
    handle: guardPages((request, response) => handle(request, response), env, dev),
    close: () => app.close(),
  };
}
