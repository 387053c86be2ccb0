import { Pool } from "undici";
import { HttpRequestError, RpcRequestError, TimeoutError } from "viem";

/** Longer answers are cut off. */
const MAX_BYTES = 10 * 2 ** 20;

/** Statuses that refuse us, whatever was asked: without a valid key, unpaid, forbidden, and asking too often. */
const REFUSALS = new Set([401, 402, 403, 429]);

/** Puts one question to an RPC, as EIP-1193 has it; throws viem's errors, in which the RPC is named by its host alone. */
export type JsonRpc = (question: { method: string; params?: unknown }) => Promise<unknown>;

interface Reply {
  status: number;
  text: string;
}

/**
 * Opens the way to an RPC: JSON-RPC over connections that are kept, without the many parts of `fetch`, which take longer
 * than most answers. The whole reply, not its head alone, must come within `timeoutMs`; a redirect is no answer, because a
 * URL with a key in it goes to whom it was given for, and nowhere else.
 */
export function openJsonRpc(url: string, timeoutMs: number): JsonRpc {
  const { origin, host, pathname, search, username, password } = new URL(url);
  const pool = new Pool(origin, { maxResponseSize: MAX_BYTES });
  const path = pathname + search;
  const headers = ["content-type", "application/json", "accept", "application/json"];
  if (username !== "" || password !== "") {
    const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    headers.push("authorization", `Basic ${Buffer.from(credentials).toString("base64")}`);
  }
  let lastId = 0;

  function post(body: string): Promise<Reply> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let status = 0;
      let isLate = false;
      let cut = () => {};
      const late = setTimeout(() => {
        isLate = true;
        reject(new TimeoutError({ body: {}, url: host }));
        cut();
      }, timeoutMs);
      const fail = (error: Error) => {
        clearTimeout(late);
        reject(new HttpRequestError({ cause: error, url: host }));
      };
      pool.dispatch(
        { method: "POST", path, headers, body },
        {
          onConnect(abort) {
            cut = abort;
            if (isLate) cut();
          },
          onHeaders(code) {
            status = code;
            return true;
          },
          onData(chunk) {
            chunks.push(chunk);
            return true;
          },
          onComplete() {
            clearTimeout(late);
            resolve({ status, text: Buffer.concat(chunks).toString() });
          },
          onError: fail,
        },
      );
    });
  }

  return async ({ method, params }) => {
    lastId += 1;
    const { status, text } = await post(JSON.stringify({ jsonrpc: "2.0", id: lastId, method, params }));
    const { result, error } = read(text);
    if (error !== undefined && !REFUSALS.has(status))
      throw new RpcRequestError({ body: { method }, error, url: host });
    const isAnswer = status >= 200 && status < 300;
    if (isAnswer && result !== undefined) return result;
    throw isAnswer
      ? new HttpRequestError({ details: "It answered without a result", url: host })
      : new HttpRequestError({ details: `It answered ${status}`, status, url: host });
  };
}

/** What a reply says: nothing, where it is no reply of JSON-RPC. */
function read(text: string): { result?: unknown; error?: { code: number; message: string } } {
  try {
    const { result, error } = JSON.parse(text);
    const isError = typeof error?.code === "number" && typeof error.message === "string";
    return isError ? { error } : { result };
  } catch {
    return {};
  }
}
