import { connect } from "node:net";
import type { RawRequest } from "./raw-requests";

/** A response as it stood on the wire. */
export interface RawResponse {
  status: number;
  /** Head and body. */
  text: string;
}

/** What came back over one connection. */
export interface Conversation {
  responses: RawResponse[];
  /** Bytes that are no whole response. */
  rest: string;
  /** Whether the server ended it. */
  closed: boolean;
}

/** How long the server may take over a request, or over closing a connection it must close. */
const PATIENCE_MS = 20_000;
/** How long nothing must come before nobody waits for more. */
const SILENCE_MS = 100;

/** Sends bytes over a connection of their own and listens to what comes back. */
export function converse(port: number, { bytes, fate, ending }: RawRequest): Promise<Conversation> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    let heard = "";
    let silence: NodeJS.Timeout | undefined;
    const finish = (closed: boolean) => {
      clearTimeout(silence);
      clearTimeout(late);
      socket.destroy();
      resolve({ ...split(heard), closed });
    };
    const late = setTimeout(() => finish(false), PATIENCE_MS);
    const mayBeOver = () => {
      if (typeof fate === "number" && split(heard).responses.length >= fate) finish(false);
      // What is neither counted nor closed is over when nothing more comes.
      if (fate !== "any" || ending !== "waits") return;
      clearTimeout(silence);
      silence = setTimeout(() => socket.end(), SILENCE_MS);
    };
    socket.on("error", () => finish(true));
    socket.on("end", () => finish(true));
    socket.on("data", (chunk) => {
      heard += chunk.toString("latin1");
      mayBeOver();
    });
    socket.on("connect", () => {
      socket.write(bytes, "latin1", () => {
        if (ending === "resets") {
          socket.resetAndDestroy();
          finish(true);
        }
      });
      if (ending === "ends") socket.end();
      if (ending === "waits") mayBeOver();
    });
  });
}

/** Splits what was heard into responses by their own lengths; what is left over is no whole one. */
function split(heard: string): { responses: RawResponse[]; rest: string } {
  const responses: RawResponse[] = [];
  let rest = heard;
  for (;;) {
    const headEnd = rest.indexOf("\r\n\r\n");
    const [, status] = /^HTTP\/1\.1 (\d{3})[ \r]/.exec(rest) ?? [];
    if (headEnd === -1 || status === undefined) return { responses, rest };
    const end = bodyEnd(rest, headEnd);
    if (end === null || rest.length < end) return { responses, rest };
    responses.push({ status: Number(status), text: rest.slice(0, end) });
    rest = rest.slice(end);
  }
}

/** Where the body behind a head ends; null while that is not known. */
function bodyEnd(heard: string, headEnd: number): number | null {
  const head = heard.slice(0, headEnd);
  const [, length = "0"] = /\r\ncontent-length: *(\d+)/i.exec(head) ?? [];
  if (!/\r\ntransfer-encoding: *chunked/i.test(head)) return headEnd + 4 + Number(length);
  const last = heard.indexOf("0\r\n\r\n", headEnd + 4);
  return last === -1 ? null : last + 5;
}
