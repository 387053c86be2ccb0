/** The call to pay for; `url` is a gateway URL of ours. */
export interface TestCall {
  url: string;
  method: string;
  /** Sent as JSON when it is JSON, else as plain text; null for none. */
  body: string | null;
}

const TIMEOUT_MS = 180_000;

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Makes the call over HTTP, as any client would, with a payment header or without. */
export function send({ url, method, body }: TestCall, headers: Record<string, string>): Promise<Response> {
  const type = body === null ? null : isJson(body) ? "application/json" : "text/plain";
  return fetch(url, {
    method,
    headers: { accept: "application/json, */*;q=0.8", ...(type && { "content-type": type }), ...headers },
    body,
    redirect: "manual",
    cache: "no-store",
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
}
