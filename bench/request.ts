/** The bytes of a GET of HTTP/1.1 without a body. */
export function getRequest(host: string, target: string, headers: Record<string, string> = {}): Buffer {
  const lines = Object.entries({ Host: host, Accept: "*/*", ...headers }).map((line) => line.join(": "));
  return Buffer.from(`GET ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`);
}
