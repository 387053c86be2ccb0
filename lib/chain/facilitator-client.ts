import { z } from "zod";
import type { CdpAuth } from "./cdp-auth";
import type { FacilitatorHealth, Network } from "./chain";

/** The longest answer read; real ones have a few hundred bytes, and lists of what is supported a few thousand. */
const MAX_ANSWER_BYTES = 256 * 1024;
const HEALTH_TIMEOUT_MS = 3_000;
/** How long an answer about its health is given again. */
const HEALTH_FRESH_MS = 30_000;

/** What came of asking a facilitator: an answer in JSON, or nothing that could be read, after which everything is possible. */
export type Asked = { clear: true; status: number; body: unknown } | { clear: false; reason: string };

/** How a facilitator is talked to. */
export interface FacilitatorClient {
  /** Never throws. Of a redirect, a failure of the server, and anything but JSON, nothing is clear. */
  post(path: string, request: { body: unknown; idempotencyKey: string; timeoutMs: number }): Promise<Asked>;
  health(): Promise<FacilitatorHealth>;
}

const supportedSchema = z.object({
  kinds: z.array(z.object({ scheme: z.string(), network: z.string() })),
});

/** Opens the HTTP side of a facilitator; `auth` signs requests to Coinbase's and is null for all others. */
export function createFacilitatorClient(
  baseUrl: string,
  network: Network,
  auth: CdpAuth | null,
): FacilitatorClient {
  const base = baseUrl.replace(/\/+$/, "");
  const { host } = new URL(baseUrl);
  let lastFailure: FacilitatorHealth["lastFailure"] = null;
  let known: Promise<FacilitatorHealth> | undefined;
  let knownUntil = 0;

  async function ask(
    method: "GET" | "POST",
    path: string,
    init: Pick<RequestInit, "headers" | "body">,
    timeoutMs: number,
  ): Promise<Asked> {
    const url = `${base}${path}`;
    try {
      const response = await fetch(url, {
        ...init,
        method,
        headers: { ...init.headers, ...(await auth?.(method, url)) },
        redirect: "manual",
        signal: AbortSignal.timeout(timeoutMs),
      });
      const { status } = response;
      if (status >= 500 || (status >= 300 && status < 400))
        return unclear(`answered HTTP ${status}`, response);
      const body = await readJson(response);
      return body === undefined ? unclear("answered no JSON", response) : { clear: true, status, body };
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      return unclear(late ? "did not answer in time" : "could not be reached");
    }
  }

  /** Notes a failure in our own words, and lets go of the connection. */
  async function unclear(reason: string, response?: Response): Promise<Asked> {
    lastFailure = { at: new Date(), what: reason };
    if (response?.bodyUsed === false) await response.body?.cancel().catch(() => {});
    return { clear: false, reason };
  }

  async function look(): Promise<FacilitatorHealth> {
    const began = performance.now();
    const asked = await ask("GET", "/supported", {}, HEALTH_TIMEOUT_MS);
    const latencyMs = asked.clear ? Math.round(performance.now() - began) : null;
    const { data } = supportedSchema.safeParse(asked.clear ? asked.body : null);
    const settles = data?.kinds.some((kind) => kind.scheme === "exact" && kind.network === network.id);
    const state = !asked.clear ? "down" : settles ? "well" : "refusing";
    return { host, state, latencyMs, lastFailure };
  }

  return {
    post: (path, { body, idempotencyKey, timeoutMs }) =>
      ask(
        "POST",
        path,
        {
          headers: {
            "content-type": "application/json",
            "idempotency-key": idempotencyKey,
            // Coinbase's own name for it.
            "x-idempotency-key": idempotencyKey,
          },
          body: JSON.stringify(body),
        },
        timeoutMs,
      ),

    async health() {
      if (known === undefined || performance.now() > knownUntil) {
        known = look();
        knownUntil = performance.now() + HEALTH_FRESH_MS;
      }
      return { ...(await known), lastFailure };
    },
  };
}

/** The JSON of a response, or undefined when it is none or too long. */
async function readJson(response: Response): Promise<unknown> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MAX_ANSWER_BYTES) return undefined;
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString());
  } catch {
    return undefined;
  }
}
