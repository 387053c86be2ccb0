import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { isOwnOrigin } from "@/lib/auth/origin";
import type { Env } from "@/lib/env";
import { addressOf, onBehalfOf } from "./caller";
import { pagePolicy } from "./page-policy";

/** Answers a request for a page, an action or a file of the dashboard. */
export type PageHandler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

const READING = new Set(["GET", "HEAD", "OPTIONS"]);

/**
 * Stands in front of Next, where no middleware can be forgotten or bypassed: gives every page its policy, turns away
 * state changes that come from other sites (CSRF), and knows where the request comes from.
 */
export function guardPages(
  next: PageHandler,
  env: Pick<Env, "FAREBOX_ORIGIN" | "FAREBOX_GATEWAY_ORIGIN" | "FAREBOX_TRUSTED_PROXIES">,
  dev: boolean,
): PageHandler {
  return async (request, response) => {
    const { method = "", headers } = request;
    if (
      !READING.has(method) &&
      !isOwnOrigin({ origin: headers.origin, host: headers.host }, env.FAREBOX_ORIGIN)
    ) {
      response.writeHead(403, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
      response.end("This request did not come from a page of Farebox.\n");
      return;
    }
    const nonce = randomBytes(16).toString("base64");
    const policy = pagePolicy({ nonce, gatewayOrigin: env.FAREBOX_GATEWAY_ORIGIN, dev });
    // Next reads the nonce for its scripts from the request; whatever the caller wrote there is overwritten.
    headers["content-security-policy"] = policy;
    delete headers["content-security-policy-report-only"];
    response.setHeader("Content-Security-Policy", policy);
    await onBehalfOf(addressOf(request, env.FAREBOX_TRUSTED_PROXIES), () => next(request, response));
  };
}
