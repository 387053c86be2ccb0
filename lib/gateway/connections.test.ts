import { TLSSocket } from "node:tls";
import { expect, onTestFinished, test, vi } from "vitest";
import { ConnectionPool } from "./connections";
import { createGuard, type Guard } from "./guard";
import type { UpstreamResult } from "./ports";
import { type Behaviour, startRaw } from "./raw-server.fixture";
import { createUpstreamClient, type UpstreamOptions } from "./upstream";

/** Self-signed for `api.example` until 2120; it vouches for nothing outside these tests. */
const IDENTITY = {
  key: `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg6jeSAGh5XcbhReky
88rLxjp8V1cIgej7rDuYU1RowFKhRANCAAQcscc6gJ1q21S7++wwl32MwIR86S1T
weKt0sMd9OtZGMpKKskjnajAvpJUhkv4OES4ZIOGp3FjZqMN0ub2tav0
-----END PRIVATE KEY-----`,
  cert: `-----BEGIN CERTIFICATE-----
MIIBZzCCAQ2gAwIBAgIBATAKBggqhkjOPQQDAjAWMRQwEgYDVQQDDAthcGkuZXhh
bXBsZTAgFw0yMDAxMDEwMDAwMDBaGA8yMTIwMDEwMTAwMDAwMFowFjEUMBIGA1UE
AwwLYXBpLmV4YW1wbGUwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAAQcscc6gJ1q
21S7++wwl32MwIR86S1TweKt0sMd9OtZGMpKKskjnajAvpJUhkv4OES4ZIOGp3Fj
ZqMN0ub2tav0o0owSDAPBgNVHRMBAf8EBTADAQH/MBYGA1UdEQQPMA2CC2FwaS5l
eGFtcGxlMB0GA1UdDgQWBBSObtzpceM+B4h6i5XNiXnHrwQj9jAKBggqhkjOPQQD
AgNIADBFAiAYDqGIBQkcunpyn4bM8y7ETR6wDafiH5jHBxpB7jIA7AIhAP/C+HfJ
Kw2sPqfA4Q6DVPjrB+aZjdt5x4YwVN8G6GbE
-----END CERTIFICATE-----`,
};

const answer: Behaviour = (socket) => void socket.write("HTTP/1.1 204 No Content\r\n\r\n");

function get(url: string, options: Partial<UpstreamOptions>): Promise<UpstreamResult> {
  const call = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [], ...options });
  const signal = new AbortController().signal;
  return call({ method: "GET", url, headers: [], body: null, timeoutMs: 5_000, signal });
}

test("DNS rebinding: the name is asked once, and the connection goes to the address that was judged (H2)", async () => {
  const server = await startRaw(answer);
  const answers = [["127.0.0.1"], ["10.0.0.1"]];
  const asked: string[] = [];
  const resolve = async (host: string) => {
    asked.push(host);
    return answers.shift() ?? [];
  };
  const result = await get(`http://api.example:${server.port}/`, { resolve });
  expect(result).toMatchObject({ ok: true, status: 204 });
  expect(asked).toEqual(["api.example"]);
  expect(server.received[0]).toContain(`host: api.example:${server.port}\r\n`);
});

// The wall behind this one is the operator's network, which no test here can see: docs/operating.md says what to close.
test("DNS rebinding: a connection that ends at a forbidden address is closed before a byte is sent (H1, H2, H8)", async () => {
  const server = await startRaw(answer);
  const honest = createGuard({ privateUpstreams: [], ownHosts: [] });
  // The judgement of the name is taken in, as a resolver or a kernel might be; that of the socket is not.
  const fooled: Guard = {
    ...honest,
    resolve: async () => ({ ok: true, addresses: [{ address: "127.0.0.1", family: 4 }] }),
  };
  const pool = new ConnectionPool({ guard: fooled, connectTimeoutMs: 5_000 });
  const peer = { secure: false, host: "api.example", port: server.port };
  const { client } = pool.take({ ...peer, authority: `api.example:${server.port}`, path: "/" });
  await expect(client.request({ method: "GET", path: "/secret" })).rejects.toThrow(/private address/);
  expect(server.received.join("")).toBe("");
});

test("DNS rebinding: a connection is not used a minute after its name was looked up (H2)", async () => {
  vi.useFakeTimers({ toFake: ["Date"] });
  onTestFinished(() => void vi.useRealTimers());
  const server = await startRaw(answer);
  const call = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [] });
  const signal = new AbortController().signal;
  for (const minutes of [0, 0, 1]) {
    vi.setSystemTime(Date.now() + minutes * 60_000);
    const url = `${server.origin}/`;
    const result = await call({ method: "GET", url, headers: [], body: null, timeoutMs: 5_000, signal });
    if (result.ok) for await (const _ of result.body) throw new Error("A 204 has no body");
  }
  expect(server.received).toHaveLength(1);
  await server.closed(0);
});

test("a name with several addresses is reached at the first that answers", async () => {
  const server = await startRaw(answer);
  const resolve = async () => ["127.0.0.2", "127.0.0.1"];
  expect(await get(`http://api.example:${server.port}/`, { resolve })).toMatchObject({
    ok: true,
    status: 204,
  });
});

test("over TLS the name is asked for by SNI, proven by the certificate, and said in Host (H2)", async () => {
  const names: (string | false | null)[] = [];
  const server = await startRaw((socket) => {
    if (socket instanceof TLSSocket) names.push(socket.servername);
    socket.write("HTTP/1.1 204 No Content\r\n\r\n");
  }, IDENTITY);
  const url = `https://api.example:${server.port}/`;
  const result = await get(url, { ca: IDENTITY.cert, resolve: async () => ["127.0.0.1"] });
  expect(result).toMatchObject({ ok: true, status: 204 });
  expect(names).toEqual(["api.example"]);
  expect(server.received[0]).toContain(`host: api.example:${server.port}\r\n`);
});

test.each([
  ["another name", "other.example", IDENTITY.cert],
  ["no authority we trust", "api.example", undefined],
])("over TLS a certificate of %s is refused before a byte is sent (B2)", async (_, host, ca) => {
  const server = await startRaw(answer, IDENTITY);
  const result = await get(`https://${host}:${server.port}/`, { ca, resolve: async () => ["127.0.0.1"] });
  expect(result).toEqual({ ok: false, reason: "upstream_unreachable" });
  expect(server.received.join("")).toBe("");
});
