import type { IncomingMessage, ServerResponse } from "node:http";
import type { Gateway } from "@/lib/gateway/gateway";
import type { GatewayResponse } from "@/lib/gateway/ports";
import { attempt, onceHere, type Soon } from "@/lib/gateway/soon";
import type { Log } from "@/lib/log";
import { toGatewayRequest, writeGatewayResponse } from "./bridge";
import type { Handler } from "./front";
import type { Readiness } from "./health";

/** What this process answers with; a role it does not have is null. */
export interface Roles {
  gateway: Gateway | null;
  web: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | null;
  /** The gateway's public key as a JWK set in JSON, by which upstreams check that a call came through it. */
  jwks: string | null;
  ready: Readiness;
  /** Answers `/metrics`, where they are shown. */
  metrics?: Handler | null;
  /** Is told of every answer of a role, its status and how long its head took. */
  answered?(role: "gateway" | "web", status: number, tookMs: number): void;
  /** Host of the gateway when it has one of its own: then nothing else is served there, and it is served nowhere else. */
  gatewayHost: string | null;
}

/** Makes the one handler of the process: `/g/…` goes straight to the gateway, everything else to Next. */
export function createRoutes(roles: Roles, log: Log): Handler {
  return (request, response) => {
    const failed = (error: unknown) => {
      log.error("request_failed", { error });
      if (response.headersSent) response.destroy();
      else text(response, 500, "Something went wrong on our side.");
    };
    void attempt(() => answer(roles, request, response, log), failed);
  };
}

function answer(roles: Roles, request: IncomingMessage, response: ServerResponse, log: Log): Soon<void> {
  const target = request.url ?? "";
  if (target === "/healthz") return text(response, 200, "ok");
  if (target === "/readyz") return ready(roles.ready, response);
  if (target === "/.well-known/jwks.json" && roles.jwks !== null) {
    return send(response, 200, "application/jwk-set+json", roles.jwks, "public, max-age=300");
  }
  if (target === "/metrics" && roles.metrics) return roles.metrics(request, response);
  const began = performance.now();
  const atGateway = target.startsWith("/g/");
  const misplaced = roles.gatewayHost !== null && (request.headers.host === roles.gatewayHost) !== atGateway;
  if (atGateway && roles.gateway && !misplaced) {
    return onceHere(roles.gateway(toGatewayRequest(request)), (result) => {
      const tookMs = performance.now() - began;
      roles.answered?.("gateway", result.status, tookMs);
      if (carriesPayment(request)) noteCall(log, target, result, tookMs);
      return writeGatewayResponse(result, response);
    });
  }
  if (atGateway || !roles.web || misplaced) return text(response, 404, "There is nothing here.");
  return roles
    .web(request, response)
    .then(() => roles.answered?.("web", response.statusCode, performance.now() - began));
}

function carriesPayment({ headers }: IncomingMessage): boolean {
  return headers["payment-signature"] !== undefined || headers["x-payment"] !== undefined;
}

/** One line for each call that carried a payment, under the id its caller was told; not its path, which may say who calls. */
function noteCall(log: Log, target: string, { status, headers }: GatewayResponse, tookMs: number): void {
  const [, request] = headers.find(([name]) => name === "Request-Id") ?? [];
  log.info("paid_call", { request, endpoint: target.split(/[/?]/)[2], status, tookMs: Math.round(tookMs) });
}

async function ready(readiness: Readiness, response: ServerResponse): Promise<void> {
  const faults = await readiness();
  if (faults.length === 0) text(response, 200, "ready");
  else text(response, 503, faults.join("\n"));
}

function text(response: ServerResponse, status: number, body: string): void {
  send(response, status, "text/plain; charset=utf-8", `${body}\n`, "no-store");
}

function send(response: ServerResponse, status: number, type: string, body: string, cache: string): void {
  response.writeHead(status, { "content-type": type, "cache-control": cache });
  response.end(body);
}
