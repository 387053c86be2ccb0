import { getEventListeners } from "node:events";
import type { Socket } from "node:net";
import { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, test } from "vitest";
import type { UpstreamCall, UpstreamResult } from "./ports";
import { type Behaviour, startRaw } from "./raw-server.fixture";
import { checkUpstreamUrl, createUpstreamClient, type UpstreamOptions } from "./upstream";

const OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";

function clientWith(options: Partial<UpstreamOptions> = {}) {
  const call = createUpstreamClient({ privateUpstreams: ["127.0.0.0/8"], ownHosts: [], ...options });
  return (url: string, more: Partial<UpstreamCall> = {}) =>
    call({
      method: "GET",
      url,
      headers: [],
      body: null,
      timeoutMs: 5_000,
      signal: new AbortController().signal,
      ...more,
    });
}

/** Answers every request with the same bytes. */
function always(bytes: string): Behaviour {
  return (socket) => void socket.write(bytes, "latin1");
}

/** Answers once and hangs up. */
function then(bytes: string): Behaviour {
  return (socket) => void socket.end(bytes, "latin1");
}

async function textOf(result: UpstreamResult): Promise<string> {
  if (!result.ok) throw new Error(result.reason);
  const chunks: Uint8Array[] = [];
  for await (const chunk of result.body) chunks.push(chunk);
  return Buffer.concat(chunks).toString("latin1");
}

test("path and query arrive byte for byte, whatever a URL parser would make of them", async () => {
  const server = await startRaw(always(OK));
  const target = "/a/../%2E%2e//b;c=1/%zz/?q=%c3\xe9&r='[]\"&&=?/";
  expect(await textOf(await clientWith()(`${server.origin}${target}`))).toBe("hi");
  expect(server.received[0]?.split("\r\n")[0]).toBe(`GET ${target} HTTP/1.1`);
});

test("headers arrive in order and with their names as given, body and length as they are", async () => {
  const server = await startRaw(always(OK));
  const body = Buffer.from([0, 255, 10, 13]);
  const headers = [
    ["X-B", "1"],
    ["x-a", "2"],
    ["X-B", "3"],
  ] as const;
  await textOf(await clientWith()(`${server.origin}/`, { method: "POST", headers, body }));
  expect(server.received[0]).toBe(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\n` +
      `X-B: 1\r\nx-a: 2\r\nX-B: 3\r\ncontent-length: 4\r\n\r\n\0\xff\n\r`,
  );
});

test("request smuggling: framing of the caller's never reaches the wire (G8)", async () => {
  const server = await startRaw(always(OK));
  const headers = [
    ["Content-Length", "0"],
    ["TRANSFER-ENCODING", "chunked"],
    ["Host", "evil.example"],
    ["Connection", "upgrade"],
    ["Upgrade", "websocket"],
    ["Expect", "100-continue"],
  ] as const;
  const body = Buffer.from("GET /admin HTTP/1.1\r\n\r\n");
  await textOf(await clientWith()(`${server.origin}/`, { method: "POST", headers, body }));
  expect(server.received[0]).toBe(
    `POST / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: keep-alive\r\ncontent-length: 23\r\n\r\n${body}`,
  );
});

test("a POST without a body says so, a GET says nothing", async () => {
  const server = await startRaw(always(OK));
  const call = clientWith();
  await textOf(await call(`${server.origin}/`, { method: "POST" }));
  await textOf(await call(`${server.origin}/`));
  expect(server.received[0]?.match(/content-length: .*/g)).toEqual(["content-length: 0"]);
});

test("a redirect is handed over and not followed (H3)", async () => {
  const other = await startRaw(always(OK));
  const redirect = `HTTP/1.1 302 Found\r\nLocation: ${other.origin}/\r\nContent-Length: 0\r\n\r\n`;
  const server = await startRaw(always(redirect));
  const result = await clientWith()(`${server.origin}/`);
  expect(result).toMatchObject({ ok: true, status: 302 });
  expect(await textOf(result)).toBe("");
  expect(other.received).toEqual([]);
});

test("interim answers are skipped", async () => {
  const server = await startRaw(
    always(`HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n${OK}`),
  );
  const result = await clientWith()(`${server.origin}/`);
  expect(result).toMatchObject({ ok: true, status: 200, headers: [["Content-Length", "2"]] });
  expect(await textOf(result)).toBe("hi");
});

test.each([
  [
    "a protocol switch nobody asked for",
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n",
  ],
  ["a bare 101", "HTTP/1.1 101 Switching Protocols\r\n\r\n"],
  ["something that is not HTTP", "SSH-2.0-OpenSSH_9.6\r\n"],
  ["headers beyond 16 kB", `HTTP/1.1 200 OK\r\nX-Big: ${"x".repeat(17_000)}\r\n\r\n`],
  ["two lengths that differ", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nhi"],
  [
    "a length beside chunks",
    "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
  ["a header without a colon", "HTTP/1.1 200 OK\r\nBroken\r\n\r\n"],
  ["leave to continue, which nobody asked for", `HTTP/1.1 100 Continue\r\n\r\n${OK}`],
  ["a status above 599", "HTTP/1.1 999 Odd\r\nContent-Length: 0\r\n\r\n"],
])("%s is an invalid answer, and its connection is not used again (G18)", async (_, bytes) => {
  const server = await startRaw(always(bytes));
  expect(await clientWith()(`${server.origin}/`)).toEqual({ ok: false, reason: "upstream_invalid" });
  await server.closed(0);
});

test.each([
  ["a body shorter than its length", "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"],
  ["chunks without an end", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n"],
  ["a chunk cut in two", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n8\r\nhalf"],
  ["a chunk of nonsense", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\nzz\r\n"],
])("truncation: %s never looks like a whole answer (B4)", async (_, bytes) => {
  const server = await startRaw(then(bytes));
  const result = await clientWith()(`${server.origin}/`);
  expect(result).toMatchObject({ ok: true, status: 200 });
  await expect(textOf(result)).rejects.toThrow();
});

test("truncation: a reset in the middle of a body, before anyone reads, never looks like a whole answer (B4)", async () => {
  const server = await startRaw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf", () => socket.resetAndDestroy());
  });
  const result = await clientWith()(`${server.origin}/`);
  await server.closed(0);
  await expect(textOf(result)).rejects.toThrow();
});

test("truncation: a body without a length that is reset never looks like a whole one, one that is closed is whole (B4)", async () => {
  const head = "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf";
  const resets = await startRaw((socket) => {
    // To close while there is more to read is to reset; Node's own reset says a clean end first.
    socket.pause().write(head, () => setTimeout(() => socket.destroy(), 50));
  });
  const body = Buffer.alloc(32 * 1_024 * 1_024);
  await expect(textOf(await clientWith()(`${resets.origin}/`, { method: "POST", body }))).rejects.toThrow();
  const closes = await startRaw(then(head));
  expect(await textOf(await clientWith()(`${closes.origin}/`))).toBe("half");
});

test("truncation: a body without a length that is cut for its silence never looks like a whole one (B3, B4)", async () => {
  const server = await startRaw(always("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\nhalf"));
  await expect(textOf(await clientWith({ stallMs: 50 })(`${server.origin}/`))).rejects.toThrow();
  await server.closed(0);
});

test("a whole body is still read after its server has hung up", async () => {
  const server = await startRaw(then(OK));
  const result = await clientWith()(`${server.origin}/`);
  await server.closed(0);
  expect(await textOf(result)).toBe("hi");
});

test("an upstream that sends no headers in time is timed out and hung up on (B3)", async () => {
  const server = await startRaw(() => {});
  const result = await clientWith()(`${server.origin}/`, { timeoutMs: 50 });
  expect(result).toEqual({ ok: false, reason: "upstream_timeout" });
  await server.closed(0);
});

test("an answer that arrived while this process was busy is not late (B3)", async () => {
  const server = await startRaw((socket) => {
    socket.write(OK);
    for (const until = performance.now() + 600; performance.now() < until; );
  });
  expect(await textOf(await clientWith()(`${server.origin}/`, { timeoutMs: 500 }))).toBe("hi");
});

// A caller meets this as a stream that is cut, never as a 504: a body that is not whole after 2 s has become one by then.
test("a body that falls silent is given up and hung up on (B3)", async () => {
  const server = await startRaw(always("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  await expect(textOf(await clientWith({ stallMs: 50 })(`${server.origin}/`))).rejects.toThrow();
  await server.closed(0);
});

test("a stream may be allowed to fall silent for longer (B14)", async () => {
  const server = await startRaw((socket) => {
    socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf;");
    setTimeout(() => socket.write("whole"), 200);
  });
  const result = await clientWith({ stallMs: 20 })(`${server.origin}/`);
  if (result.ok) result.body.allowStall(10_000);
  expect(await textOf(result)).toBe("half;whole");
});

test("a slow reader on our side is not the upstream's stall", async () => {
  const server = await startRaw(
    always(`HTTP/1.1 200 OK\r\nContent-Length: 5000000\r\n\r\n${"x".repeat(5_000_000)}`),
  );
  const result = await clientWith({ stallMs: 50 })(`${server.origin}/`);
  if (!result.ok) throw new Error(result.reason);
  let size = 0;
  for await (const chunk of result.body) {
    if (size === 0) await sleep(200);
    size += chunk.byteLength;
  }
  expect(size).toBe(5_000_000);
});

// No time is padded: what is forbidden is never contacted, so how long its refusal takes tells of nothing behind it.
test("refused, forbidden, unknown and silent upstreams look the same (B2, H6)", async () => {
  const closed = await startRaw(() => {});
  const silent = await startRaw(() => {});
  const call = clientWith({
    connectTimeoutMs: 50,
    resolve: async () => Promise.reject(new Error("no such name")),
  });
  const urls = [
    "http://127.0.0.1:1/",
    "http://10.0.0.1/",
    "http://example.com/",
    "https://unknown.example/",
    `https://127.0.0.1:${silent.port}/`,
    "https://user@example.com/",
    `http://0.0.0.0:${closed.port}/`,
  ];
  for (const url of urls) expect(await call(url)).toEqual({ ok: false, reason: "upstream_unreachable" });
  expect(closed.received).toEqual([]);
});

test("a call ends in its own time also while nothing answers to the connection", async () => {
  const silent = await startRaw(() => {});
  const url = `https://127.0.0.1:${silent.port}/`;
  const result = await clientWith({ connectTimeoutMs: 3_600_000 })(url, { timeoutMs: 50 });
  expect(result).toEqual({ ok: false, reason: "upstream_unreachable" });
});

test("an upstream that hangs up without a word is unreachable", async () => {
  const server = await startRaw((socket) => socket.destroy());
  expect(await clientWith()(`${server.origin}/`)).toEqual({ ok: false, reason: "upstream_unreachable" });
});

test("a connection is kept and used again", async () => {
  const server = await startRaw(always(OK));
  const call = clientWith();
  for (let i = 0; i < 3; i++)
    expect(await textOf(await call(`${server.origin}/`, { method: "POST" }))).toBe("hi");
  expect(server.received).toHaveLength(1);
});

test("response queue poisoning: an answer sent before it was asked for ends the connection (G18)", async () => {
  const server = await startRaw((socket, requests) => {
    socket.write(OK);
    if (requests === 1)
      setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL"), 20);
  });
  const call = clientWith();
  await textOf(await call(`${server.origin}/`));
  await server.closed(0);
  expect(await textOf(await call(`${server.origin}/`))).toBe("hi");
  expect(server.received).toHaveLength(2);
});

test("response queue poisoning: bytes beyond the length of an answer never answer the next request (G18)", async () => {
  const server = await startRaw(always(`${OK}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nEVIL`));
  const call = clientWith();
  for (let i = 0; i < 3; i++) expect(await textOf(await call(`${server.origin}/${i}`))).toBe("hi");
});

test("an answer that is left half read takes its connection with it (G18)", async () => {
  const server = await startRaw(always("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  const result = await clientWith()(`${server.origin}/`);
  if (!result.ok) throw new Error(result.reason);
  for await (const _ of result.body) break;
  await server.closed(0);
});

test("an answer nobody wants is ended by destroy, and destroying a finished one harms no other call", async () => {
  const server = await startRaw((socket, requests) => {
    if (requests === 1) socket.write(OK);
    else setTimeout(() => socket.write("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"), 50);
  });
  const call = clientWith();
  const first = await call(`${server.origin}/`);
  await textOf(first);
  const second = call(`${server.origin}/`);
  if (first.ok) first.body.destroy();
  const result = await second;
  expect(result.ok).toBe(true);
  if (result.ok) result.body.destroy();
  await server.closed(0);
  expect(server.received).toHaveLength(1);
});

test("an answer that comes before the request was taken in whole takes its connection with it (G18)", async () => {
  const deaf: Socket[] = [];
  const server = await startRaw((socket, requests) => {
    if (requests > 1) return;
    deaf.push(socket.pause());
    socket.write("HTTP/1.1 400 Bad Request\r\nContent-Length: 2\r\n\r\nno");
  });
  const body = Buffer.alloc(32 * 1_024 * 1_024);
  expect(await textOf(await clientWith()(`${server.origin}/`, { method: "POST", body }))).toBe("no");
  for (const socket of deaf) socket.resume();
  await server.closed(0);
});

test("a GET that meets a connection just closed is sent again; a POST is not, since it may have been heard", async () => {
  const server = await startRaw((socket, requests) => {
    if (requests === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
  const call = clientWith();
  await textOf(await call(`${server.origin}/`));
  expect(await textOf(await call(`${server.origin}/`))).toBe("hi");
  const posted = await call(`${server.origin}/`, { method: "POST" });
  expect(posted).toEqual({ ok: false, reason: "upstream_unreachable" });
  expect(server.received).toHaveLength(2);
});

test("a body that was passed on as it came is not sent again, whatever the method", async () => {
  const server = await startRaw((socket, requests) => {
    if (requests === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
  const call = clientWith();
  await textOf(await call(`${server.origin}/`));
  const body = { byteLength: 2, chunks: Readable.from([Buffer.from("hi")]) };
  const result = await call(`${server.origin}/`, { method: "GET", body });
  expect(result).toEqual({ ok: false, reason: "upstream_unreachable" });
  expect(server.received.join("").match(/GET \//g)).toHaveLength(2);
});

test("a body that is passed on arrives under its length", async () => {
  const server = await startRaw((socket) => void socket.end(OK));
  const body = { byteLength: 4, chunks: Readable.from([Buffer.from("ab"), Buffer.from("cd")]) };
  await textOf(await clientWith()(`${server.origin}/`, { method: "PUT", body }));
  expect(server.received[0]).toContain("\r\ncontent-length: 4\r\n\r\nab");
});

test("a GET is answered although its server has just closed every connection that was kept", async () => {
  const server = await startRaw((socket, requests) => {
    if (requests === 1) socket.write(OK);
    else socket.resetAndDestroy();
  });
  const call = clientWith();
  await Promise.all([1, 2, 3].map(async () => textOf(await call(`${server.origin}/`))));
  expect(await textOf(await call(`${server.origin}/`))).toBe("hi");
});

test("a caller who is gone before the call is not called for", async () => {
  const server = await startRaw(always(OK));
  const result = await clientWith()(`${server.origin}/`, { signal: AbortSignal.abort() });
  expect(result.ok).toBe(false);
  expect(server.received).toEqual([]);
});

test("an abort ends the call while headers are awaited (G18)", async () => {
  const caller = new AbortController();
  const server = await startRaw(() => caller.abort());
  expect((await clientWith()(`${server.origin}/`, { signal: caller.signal })).ok).toBe(false);
  await server.closed(0);
});

test("an abort ends the call while the body is read", async () => {
  const caller = new AbortController();
  const server = await startRaw(always("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  const result = await clientWith()(`${server.origin}/`, { signal: caller.signal });
  caller.abort();
  await expect(textOf(result)).rejects.toThrow();
  await server.closed(0);
});

test("a call that is over, well or not, waits no more for its caller to leave", async () => {
  const { signal } = new AbortController();
  const good = await startRaw(always(OK));
  const bad = await startRaw(then("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf"));
  const call = clientWith();
  expect(await textOf(await call(`${good.origin}/`, { signal }))).toBe("hi");
  await expect(textOf(await call(`${bad.origin}/`, { signal }))).rejects.toThrow();
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

test("the answer to HEAD has no body although it has a length, and frees its connection", async () => {
  const server = await startRaw(always("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n"));
  const call = clientWith();
  for (let i = 0; i < 2; i++)
    expect(await textOf(await call(`${server.origin}/`, { method: "HEAD" }))).toBe("");
  expect(server.received).toHaveLength(1);
});

test("saving: a URL that would be refused at the call is refused with a sentence (H4)", async () => {
  const options = { privateUpstreams: [], ownHosts: ["pay.example:443"], resolve: async () => ["10.0.0.1"] };
  const bad = [
    "ftp://x.example",
    "http://8.8.8.8/",
    "https://api.example/",
    "https://pay.example/",
    "https://127.1/",
  ];
  for (const url of [...bad, "https://u:p@api.example/", `https://api.example/${"a".repeat(2_048)}`]) {
    expect(await checkUpstreamUrl(url, options)).toEqual({
      ok: false,
      reason: expect.stringMatching(/^[A-Z].*\.$/),
    });
  }
});

test("saving: a public URL passes, also one whose name has no address yet, but none without https or with a query", async () => {
  const options = { privateUpstreams: [], ownHosts: [], resolve: async () => ["93.184.216.34"] };
  expect(await checkUpstreamUrl("https://api.example/v1", options)).toEqual({ ok: true });
  const unknown = async () => Promise.reject(new Error("no such name"));
  expect(await checkUpstreamUrl("https://api.example/v1", { ...options, resolve: unknown })).toEqual({
    ok: true,
  });
  expect((await checkUpstreamUrl("http://api.example/v1", { ...options, resolve: unknown })).ok).toBe(false);
  expect((await checkUpstreamUrl("https://api.example/v1?key=1", options)).ok).toBe(false);
});
