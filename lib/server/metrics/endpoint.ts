import { createHash, timingSafeEqual } from "node:crypto";
import type { Handler } from "@/lib/server/front";
import type { Metrics } from "./metrics";

const digest = (text: string) => createHash("sha256").update(text).digest();

/**
 * Makes what answers `/metrics`: whoever sends the token as a bearer reads them. They tell how much is earned and what
 * fails, so without a token configured there is no such page.
 */
export function serveMetrics(
  { read, registry }: Metrics,
  token: string,
  fail: (error: unknown) => void,
): Handler {
  const wanted = digest(`Bearer ${token}`);
  return (request, response) => {
    // Digests of one length, so that the time to compare tells nothing (I14).
    if (!timingSafeEqual(digest(request.headers.authorization ?? ""), wanted)) {
      response.writeHead(401, { "www-authenticate": "Bearer", "cache-control": "no-store" }).end();
      return;
    }
    read()
      .then((text) => {
        response
          .writeHead(200, { "content-type": registry.contentType, "cache-control": "no-store" })
          .end(text);
      })
      .catch((error: unknown) => {
        fail(error);
        response.writeHead(500).end();
      });
  };
}
