import type { Connection, ConnectionPool, Occupant } from "./connections";
import type { Destination } from "./guard";
import { IncomingBody } from "./incoming-body";
import type { UpstreamCall, UpstreamResult } from "./ports";
import { requestHead } from "./request-head";
import type { ResponseHead } from "./response-head";
import { createResponseReader, type Progress } from "./response-reader";

type Refused = Extract<UpstreamResult, { ok: false }>;

/** What came of one exchange; `stale` when its pooled connection was closed by its server before anything was answered. */
export type Exchanged = UpstreamResult | "stale";

/** Sends one request over a pooled or a new connection, and resolves when the head of its answer is here. */
export function exchange(
  call: UpstreamCall,
  destination: Destination,
  pool: ConnectionPool,
  stallMs: number,
): Promise<Exchanged> {
  const request = requestHead(call, destination);
  return new Promise((resolve) => {
    const reader = createResponseReader(call.method, { onHead, onBody: (bytes) => body.push(bytes) });
    const body = new IncomingBody({ pause, resume, cut }, stallMs);
    let connection: Connection | null = null;
    let head: ResponseHead | null = null;
    let heard = false;
    let settled = false;
    let over = false;

    function settle(result: Exchanged): void {
      settled = true;
      clearTimeout(timer);
      resolve(result);
    }

    /** Nothing more is to come over this connection, which serves nobody else unless it is kept. */
    function finish(): void {
      over = true;
      call.signal.removeEventListener("abort", abort);
    }

    function cut(): void {
      if (!over) finish();
      connection?.socket.destroy();
    }

    function giveUp(reason: Refused["reason"]): void {
      cut();
      body.fail(new Error("The upstream ended its answer early"));
      if (!settled) settle({ ok: false, reason });
    }

    function giveUpLate(): void {
      // While there is no socket yet the peer may as well be filtered, which must not look different from refused.
      if (!settled) giveUp(connection ? "upstream_timeout" : "upstream_unreachable");
    }

    function abort(): void {
      giveUp("upstream_unreachable");
    }

    function pause(): void {
      if (!over) connection?.socket.pause();
    }

    function resume(): void {
      if (!over) connection?.socket.resume();
    }

    function onHead(received: ResponseHead): void {
      head = received;
    }

    function onProgress(progress: Progress): void {
      const isWhole = progress === "whole" || progress === "surplus";
      if (isWhole) {
        body.end();
        release(progress === "whole");
      }
      if (head !== null && !settled) {
        const { status, headers } = head;
        if (!isWhole) body.awaitReader();
        settle({ ok: true, status, headers, body });
      }
      if (progress === "invalid") giveUp("upstream_invalid");
    }

    /** A connection whose request was answered before it was whole, or on which more came than the answer, ends here. */
    function release(isClean: boolean): void {
      finish();
      if (connection === null) return;
      connection.socket.resume();
      if (isClean && connection.socket.writableLength === 0)
        pool.keep(destination, connection, head?.keptMs ?? 0);
      else connection.socket.destroy();
    }

    const occupant: Occupant = {
      onBytes(bytes) {
        heard = true;
        if (!over) onProgress(reader.push(bytes));
      },
      onEnd() {
        if (over) return;
        if (reader.isWholeAtEnd()) onProgress("surplus");
        else cut();
      },
      onClose(error) {
        const isReset = error === null || error.code === "ECONNRESET" || error.code === "EPIPE";
        if (!settled && !heard && isReset && connection?.reused) settle("stale");
        giveUp("upstream_unreachable");
      },
    };

    function send(over: Connection): void {
      if (settled) return void over.socket.destroy();
      connection = over;
      over.occupy(occupant);
      const { socket } = over;
      if (call.body === null) return void socket.write(request, "latin1");
      socket.cork();
      socket.write(request, "latin1");
      socket.write(call.body);
      socket.uncork();
    }

    // An answer that lies unread because this process was busy is in time: sockets are read before immediates run.
    const timer = setTimeout(() => setImmediate(giveUpLate), call.timeoutMs);
    call.signal.addEventListener("abort", abort);
    const kept = pool.take(destination);
    if (kept !== null) send(kept);
    else pool.open(destination).then(send, () => giveUp("upstream_unreachable"));
  });
}
