import { Readable } from "node:stream";
import type { Dispatcher } from "undici";
import type { ConnectionPool } from "./connections";
import type { Destination } from "./guard";
import { FRAMING_HEADERS } from "./headers";
import { IncomingBody } from "./incoming-body";
import type { UpstreamCall, UpstreamResult } from "./ports";

type Refused = Extract<UpstreamResult, { ok: false }>;

/** What came of one exchange; `stale` when its pooled connection was closed by its server before anything was answered. */
export type Exchanged = UpstreamResult | "stale";

/** How a connection ends that its server had closed before our request came. */
const RESETS = new Set(["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]);

function codeOf(error: NodeJS.ErrnoException): string {
  return error.code ?? "";
}

/** Our own framing only: a length or coding of the caller's would let one request smuggle in another. */
function headersFor({ headers, body }: UpstreamCall): string[] {
  const lines = body === null ? [] : ["Content-Length", String(body.byteLength)];
  for (const [name, value] of headers) {
    if (!FRAMING_HEADERS.has(name.toLowerCase())) lines.push(name, value);
  }
  return lines;
}

function bodyOf({ body }: UpstreamCall): Uint8Array | Readable | null {
  if (body === null || body instanceof Uint8Array) return body;
  // What it breaks off with is heard by whoever made it, and may come when its request is over.
  return Readable.from(body.chunks, { objectMode: false }).on("error", () => {});
}

function pairs(rawHeaders: readonly Buffer[]): [name: string, value: string][] {
  const result: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    result.push([rawHeaders[i]?.toString("latin1") ?? "", rawHeaders[i + 1]?.toString("latin1") ?? ""]);
  }
  return result;
}

/** Sends one request over a pooled or a new connection, and resolves when the head of its answer is here. */
export function exchange(
  call: UpstreamCall,
  destination: Destination,
  pool: ConnectionPool,
  stallMs: number,
): Promise<Exchanged> {
  const { signal } = call;
  const method = call.method as Dispatcher.HttpMethod;
  const body = bodyOf(call);
  const connection = pool.take(destination);
  return new Promise((resolve) => {
    let progress: "connecting" | "sent" | "heard" | "head" = "connecting";
    let over = false;
    let flowing = true;
    let resumeParsing = () => {};
    const answer = new IncomingBody({ pause, resume, cut }, stallMs);
    // An answer that lies unread because this process was busy is in time: sockets are read before immediates run.
    const timer = setTimeout(() => setImmediate(giveUpLate), call.timeoutMs);
    signal.addEventListener("abort", abort);

    function settle(result: Exchanged): void {
      clearTimeout(timer);
      resolve(result);
    }

    /** A connection whose answer is not whole serves nobody else. */
    function cut(): void {
      over = true;
      signal.removeEventListener("abort", abort);
      void connection.client.destroy();
    }

    function giveUp(reason: Refused["reason"]): void {
      settle({ ok: false, reason });
      answer.fail(new Error("The upstream ended its answer early"));
      cut();
    }

    function giveUpLate(): void {
      // While there is no connection yet the peer may as well be filtered, which must not look different from refused.
      if (progress !== "head")
        giveUp(progress === "connecting" ? "upstream_unreachable" : "upstream_timeout");
    }

    function abort(): void {
      giveUp("upstream_unreachable");
    }

    function pause(): void {
      flowing = false;
    }

    function resume(): void {
      flowing = true;
      resumeParsing();
    }

    connection.client.dispatch(
      { method, path: destination.path, headers: headersFor(call), body, reset: false },
      {
        onConnect() {
          progress = "sent";
        },
        onResponseStarted() {
          progress = "heard";
        },
        onHeaders(status, rawHeaders, resumeBody) {
          // We never ask to switch protocols, so 101 is no answer to anything; other interim answers are skipped.
          if (status === 101 || status > 599) giveUp("upstream_invalid");
          if (status < 200) return true;
          progress = "head";
          resumeParsing = resumeBody;
          answer.awaitReader();
          settle({ ok: true, status, headers: pairs(rawHeaders), body: answer });
          return true;
        },
        onData(bytes) {
          answer.push(bytes);
          return flowing;
        },
        onComplete() {
          // A body without a length ends with its connection, and so it would when that is cut or breaks.
          if (over || connection.isBroken) return giveUp("upstream_invalid");
          answer.end();
          signal.removeEventListener("abort", abort);
          pool.keep(destination, connection);
        },
        onError(error) {
          // What was heard and is no head, or no whole one, was no answer.
          if (progress === "heard" || codeOf(error).startsWith("HPE_")) return giveUp("upstream_invalid");
          if (progress === "sent" && connection.isUsed && RESETS.has(codeOf(error))) settle("stale");
          giveUp("upstream_unreachable");
        },
      },
    );
  });
}
