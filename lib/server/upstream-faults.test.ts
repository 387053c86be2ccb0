import { once } from "node:events";
import http, { type IncomingMessage, type RequestListener, type ServerResponse } from "node:http";
import { connect } from "node:net";
import { Readable } from "node:stream";
import { gzipSync } from "node:zlib";
import { decodePaymentResponseHeader } from "@x402/core/http";
import { eq } from "drizzle-orm";
import { createLocalJWKSet, jwtVerify } from "jose";
import { createPublicClient, erc20Abi, getAddress, http as rpc } from "viem";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { endpointVersions } from "@/lib/db/schema";
import { openGateway, openProver } from "./gateway";
import { openShop, pay, type ShopOptions, signPayment } from "./shop.fixture";

const local = inject("local");
const payerKey = local.payerKey as `0x${string}`;
const chain = createPublicClient({ transport: rpc(local.rpcUrl) });

type Answer = (request: IncomingMessage, response: ServerResponse, call: number) => void;

/** A shop that remembers how it was called, and what its payout address holds. */
async function shopWith(answer: Answer, options: ShopOptions = {}) {
  const seen: IncomingMessage[] = [];
  const listener: RequestListener = (request, response) => answer(request, response, seen.push(request));
  const shop = await openShop(listener, options);
  onTestFinished(() => shop.close());
  return {
    ...shop,
    seen,
    earned: () =>
      chain.readContract({
        address: getAddress(local.token),
        abi: erc20Abi,
        functionName: "balanceOf",
        args: [shop.payTo],
      }),
    payment: async () => (await shop.payments())[0],
  };
}

/** One call over a connection of its own, for what fetch would not send or would hide. */
async function rawCall(url: string, options: http.RequestOptions & { body?: Buffer; onChunk?(): void } = {}) {
  const request = http.request(url, { agent: false, ...options }).end(options.body);
  const [response] = (await once(request, "response")) as [IncomingMessage];
  const chunks: Buffer[] = [];
  const whole = await (async () => {
    for await (const chunk of response) {
      chunks.push(chunk);
      options.onChunk?.();
    }
  })().then(
    () => true,
    () => false,
  );
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks), whole };
}

async function publishedUpstream({ parts, endpointId }: Awaited<ReturnType<typeof shopWith>>) {
  const { db } = parts.database;
  const [terms] = await db.select().from(endpointVersions).where(eq(endpointVersions.endpointId, endpointId));
  return terms?.upstream;
}

async function eventually<T>(read: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (holds(value)) return value;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe("nobody is charged for an answer that is no service", () => {
  const cases: [string, Answer, ShopOptions, number, object][] = [
    [
      "a 500 (B1)",
      (_, r) => r.writeHead(500).end("broken"),
      {},
      500,
      { reason: "upstream_status", upstreamStatus: 500 },
    ],
    [
      "a 404 (B1)",
      (_, r) => r.writeHead(404).end("none"),
      {},
      404,
      { reason: "upstream_status", upstreamStatus: 404 },
    ],
    ["silence (B3)", () => {}, { upstreamTimeoutMs: 150 }, 504, { reason: "upstream_timeout" }],
    ["a hang-up (B2)", (_, r) => r.socket?.destroy(), {}, 502, { reason: "upstream_unreachable" }],
    [
      "nonsense (B2)",
      (_, r) => r.socket?.end("SSH-2.0-OpenSSH\r\n"),
      {},
      502,
      { reason: "upstream_invalid" },
    ],
    [
      "a truncated body (B4)",
      (_, r) => {
        r.writeHead(200, { "content-length": "100" });
        r.write("half", () => r.socket?.destroy());
      },
      {},
      502,
      { reason: "upstream_invalid", upstreamStatus: 200 },
    ],
    [
      "a demand for payment of its own (B7)",
      (_, r) => r.writeHead(402, { "payment-required": "e30=", "www-authenticate": "Payment" }).end("{}"),
      {},
      502,
      { reason: "upstream_invalid", upstreamStatus: 402 },
    ],
    [
      "a redirect to somewhere else (B6, G15)",
      (_, r) => r.writeHead(302, { location: "https://evil.example/" }).end(),
      {},
      502,
      { reason: "upstream_invalid", upstreamStatus: 302 },
    ],
    [
      "a 304 (B6)",
      (_, r) => r.writeHead(304).end(),
      {},
      304,
      { reason: "upstream_status", upstreamStatus: 304 },
    ],
  ];

  it.each(cases)(
    "%s: the caller is told, and the payment stays unspent",
    async (_, answer, options, status, row) => {
      const shop = await shopWith(answer, options);
      const { response } = await pay(shop.url("/now"), payerKey, { redirect: "manual" });
      expect(response.status).toBe(status);
      for (const name of ["payment-response", "payment-required", "www-authenticate", "location"]) {
        expect([name, response.headers.get(name)]).toEqual([name, null]);
      }
      expect(response.headers.get("cache-control")).toBe("private, no-store");
      expect(await shop.payment()).toMatchObject({ money: "held", delivery: "failed", attempt: 1, ...row });
      expect(await shop.settlements()).toEqual([]);
      expect(await shop.earned()).toBe(0n);
    },
  );

  it("a redirect within the upstream leads to the same place on the gateway, uncharged (B6)", async () => {
    const shop = await shopWith((_, response) => response.writeHead(307, { location: "/later?x=1" }).end());
    const { response } = await pay(shop.url("/now"), payerKey, { redirect: "manual" });
    expect([response.status, response.headers.get("location")]).toEqual([307, shop.url("/later?x=1")]);
    expect(await shop.earned()).toBe(0n);
  });
});

describe("whatever is a service is charged once and delivered whole", () => {
  it.each([204, 205])("a %i has no body and is paid for (B6)", async (status) => {
    const shop = await shopWith((_, response) => response.writeHead(status).end());
    const { response } = await pay(shop.url("/now"), payerKey, { method: "DELETE" });
    expect([response.status, await response.text()]).toEqual([status, ""]);
    expect(response.headers.get("payment-response")).not.toBeNull();
    expect(await shop.payment()).toMatchObject({
      ...{ money: "settled", delivery: "ready", upstreamStatus: status },
    });
    expect(await shop.earned()).toBe(10_000n);
  });

  it("a stream is read no faster than its caller takes it, however large it is (B5, B14)", async () => {
    let sent = 0;
    const shop = await shopWith((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const chunk = Buffer.alloc(65_536, "x");
      const more = () => {
        for (let room = true; room && sent < 512 * 1_024 * 1_024; sent += chunk.length)
          room = response.write(chunk);
      };
      response.on("drain", more);
      more();
    });
    const { response } = await pay(shop.url("/endless"), payerKey);
    const memory = process.memoryUsage().rss;
    // Nobody reads: what was sent stands still once every buffer on the way is full.
    const stopped = await eventually(
      async () => {
        const before = sent;
        await new Promise((resolve) => setTimeout(resolve, 300));
        return { before, after: sent };
      },
      ({ before, after }) => before === after && after > 1_024 * 1_024,
    );
    expect(stopped.after).toBeLessThan(64 * 1_024 * 1_024);
    expect(process.memoryUsage().rss - memory).toBeLessThan(256 * 1_024 * 1_024);
    await response.body?.cancel();
  });

  it("a body of 5 MiB streams after payment, and every byte of it arrives (B5)", async () => {
    const big = Buffer.alloc(5 * 1_024 * 1_024, "0123456789abcdef");
    const shop = await shopWith((_, response) => response.end(big));
    const { response } = await pay(shop.url("/big"), payerKey);
    expect(response.status).toBe(200);
    const receipt = decodePaymentResponseHeader(response.headers.get("payment-response") ?? "");
    expect(receipt.success).toBe(true);
    expect(big.equals(Buffer.from(await response.arrayBuffer()))).toBe(true);
    expect(await shop.payment()).toMatchObject({ money: "settled", delivery: "streaming" });
    expect(await shop.earned()).toBe(10_000n);
  });

  it("a stream that breaks off after payment is cut, not ended, and the payment fetches a fresh one for free (B4, B5, B13)", async () => {
    let breakOff = () => {};
    const shop = await shopWith((_, response, call) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      if (call === 2) return void response.end("data: 2\n\n");
      breakOff = () => response.socket?.destroy();
    });
    const headers = await signPayment(await fetch(shop.url("/events")), payerKey);
    const cut = await rawCall(shop.url("/events"), { headers, onChunk: () => breakOff() });
    expect([cut.status, cut.whole, cut.body.toString()]).toEqual([200, false, "data: 1\n\n"]);
    const failed = await eventually(shop.payment, (payment) => payment?.delivery === "failed");
    expect(failed).toMatchObject({ money: "settled", reason: "upstream_invalid" });
    const again = await rawCall(shop.url("/events"), { headers });
    expect([again.status, again.whole, again.body.toString()]).toEqual([200, true, "data: 1\n\ndata: 2\n\n"]);
    expect(shop.seen[1]?.headers["idempotency-key"]).toBe(shop.seen[0]?.headers["idempotency-key"]);
    expect(await shop.earned()).toBe(10_000n);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("a caller who leaves in the middle of a stream ends it at the upstream too (B14)", async () => {
    let ended: Promise<unknown> = Promise.resolve();
    const shop = await shopWith((_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      const ticking = setInterval(() => response.write("data: tick\n\n"), 20);
      ended = once(response, "close").finally(() => clearInterval(ticking));
    });
    const { response } = await pay(shop.url("/events"), payerKey);
    const reader = response.body?.getReader();
    await reader?.read();
    await reader?.cancel();
    await ended;
    expect(await shop.earned()).toBe(10_000n);
  });
});

/** Sends a call and hangs up when told to; resolves once the connection is closed. */
function callAndLeave(url: string, options: http.RequestOptions, body?: string) {
  const request = http.request(url, { agent: false, ...options });
  request.on("error", () => {});
  const closed = new Promise((resolve) => request.once("close", resolve));
  if (body === undefined) request.end();
  else request.write(body);
  return {
    leave: () => {
      request.destroy();
      return closed;
    },
    sent: new Promise((resolve) => request.once("socket", (socket) => socket.once("connect", resolve))),
  };
}

describe("a caller who hangs up", () => {
  it("in the middle of the request has asked for nothing, and can pay with the same payment later", async () => {
    const shop = await shopWith((_, response) => response.end("late"));
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    const post = { method: "POST", headers: { ...headers, "content-length": "4" } };
    const call = callAndLeave(shop.url("/now"), post, "ha");
    await call.sent;
    await call.leave();
    const { status } = await rawCall(shop.url("/now"), { headers });
    expect(status).toBe(200);
    expect(shop.seen).toHaveLength(1);
    expect(await shop.earned()).toBe(10_000n);
  });

  it("right after asking can come back with the same payment, and is charged once", async () => {
    const shop = await shopWith((_, response) => response.end("for you"));
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    const call = callAndLeave(shop.url("/now"), { headers });
    await call.sent;
    await call.leave();
    const back = () => rawCall(shop.url("/now"), { headers });
    const { body } = await eventually(back, ({ status }) => status !== 409);
    expect(body.toString()).toBe("for you");
    expect(shop.seen).toHaveLength(1);
    expect(await shop.earned()).toBe(10_000n);
  });

  it("while the upstream works finds the answer kept and paid for once (B9)", async () => {
    let answer = () => {};
    const shop = await shopWith((_, response) => {
      answer = () => response.end("kept for you");
    });
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    const call = callAndLeave(shop.url("/now"), { headers });
    await eventually(
      async () => shop.seen.length,
      (calls) => calls === 1,
    );
    await call.leave();
    answer();
    await eventually(shop.payment, (payment) => payment?.money === "settled");
    const { status, body, headers: said } = await rawCall(shop.url("/now"), { headers });
    expect([status, body.toString(), said["idempotent-replayed"]]).toEqual([200, "kept for you", "true"]);
    expect(shop.seen).toHaveLength(1);
    expect(await shop.earned()).toBe(10_000n);
  });

  it("before the upstream is called has it not called, and can use the same payment later (B8)", async () => {
    const shop = await shopWith((_, response) => response.end("at last"));
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    const gateway = await openGateway(shop.parts);
    onTestFinished(() => gateway.close());
    const { pathname, host } = new URL(shop.url("/now"));
    const answer = await gateway.handle({
      method: "GET",
      target: pathname,
      headers: [["Host", host], ...Object.entries(headers)],
      body: Readable.from([]),
      signal: AbortSignal.abort(),
    });
    expect([answer.status, shop.seen.length]).toEqual([400, 0]);
    expect(await shop.payment()).toMatchObject({ money: "held", delivery: "failed", reason: "caller_gone" });
    expect((await rawCall(shop.url("/now"), { headers })).body.toString()).toBe("at last");
    expect(await shop.payment()).toMatchObject({ money: "settled", attempt: 1 });
  });

  it("before a stream begins ends it at the upstream too, and fetches it with the same payment", async () => {
    let begin = () => {};
    let ended: Promise<unknown> = Promise.resolve();
    const shop = await shopWith((_, response, call) => {
      response.setHeader("content-type", "text/event-stream");
      if (call === 2) return void response.end("data: 1\n\n");
      ended = once(response, "close");
      begin = () => response.flushHeaders();
    });
    const headers = await signPayment(await fetch(shop.url("/events")), payerKey);
    const call = callAndLeave(shop.url("/events"), { headers });
    await eventually(
      async () => shop.seen.length,
      (calls) => calls === 1,
    );
    await call.leave();
    begin();
    await ended;
    const back = () => rawCall(shop.url("/events"), { headers });
    const { body } = await eventually(back, ({ status }) => status !== 409);
    expect(body.toString()).toBe("data: 1\n\n");
    expect(await shop.earned()).toBe(10_000n);
  });
});

describe("what passes through the gateway", () => {
  it("path, query and body arrive byte for byte", async () => {
    let body = "";
    const shop = await shopWith((request, response) => {
      request.setEncoding("latin1").on("data", (chunk) => {
        body += chunk;
      });
      request.on("end", () => response.end());
    });
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const target = "/caf%C3%A9/%7Eb;c=1/?q=%2F&q=a+b&empty=&[]='";
    const path = new URL(shop.url("")).pathname + target;
    const send = (headers: Record<string, string>) =>
      rawCall(shop.url(""), { path, method: "POST", headers, body: bytes });
    const unpaid = await fetch(shop.url("/caf%C3%A9/%7Eb;c=1/"), { method: "POST" });
    expect(await send(await signPayment(unpaid, payerKey))).toMatchObject({ status: 200 });
    expect(shop.seen[0]?.url).toBe(target);
    expect(body).toBe(bytes.toString("latin1"));
    expect(await shop.payment()).toMatchObject({
      path: "/caf%C3%A9/%7Eb;c=1/",
      query: "q=%2F&q=a+b&empty=&[]='",
    });
  });

  it("the body of a free call streams both ways: neither side waits for the end of the other", async () => {
    const shop = await shopWith((request, response) => {
      response.writeHead(200, { "content-length": "6" });
      request.pipe(response);
    });
    const request = http.request(shop.url("/free/echo"), {
      agent: false,
      method: "POST",
      headers: { "content-length": "6" },
    });
    request.write("one");
    const [response] = (await once(request, "response")) as [IncomingMessage];
    const echoed = response[Symbol.asyncIterator]();
    expect([response.headers["content-length"], String((await echoed.next()).value)]).toEqual(["6", "one"]);
    request.end("two");
    expect(String((await echoed.next()).value)).toBe("two");
    expect((await echoed.next()).done).toBe(true);
  });

  it("truncation: the body of a free call that breaks off never looks whole to the upstream (B4)", async () => {
    let hung: Promise<unknown> = Promise.resolve();
    const shop = await shopWith((request) => {
      hung = new Promise((resolve) => request.on("error", resolve).resume());
    });
    const call = callAndLeave(
      shop.url("/free/x"),
      { method: "POST", headers: { "content-length": "6" } },
      "one",
    );
    await eventually(
      async () => shop.seen.length,
      (calls) => calls === 1,
    );
    await call.leave();
    await hung;
    expect(shop.seen[0]?.complete).toBe(false);
  });

  it("header smuggling: the upstream sees nothing of the caller's payment, identity or connection (G10, B18)", async () => {
    const shop = await shopWith((_, response) => response.end());
    await rawCall(shop.url("/now"), {
      headers: {
        ...(await signPayment(await fetch(shop.url("/now")), payerKey)),
        Accept: "text/plain",
        "Accept-Encoding": "gzip",
        "Accept-Language": "de",
        Authorization: "Bearer caller",
        Cookie: "session=1",
        "X-Forwarded-For": "10.0.0.1",
        X_Forwarded_Host: "evil.example",
        "X-Real-IP": "10.0.0.1",
        "X-HTTP-Method-Override": "DELETE",
        "Farebox-Proof": "forged",
        "Idempotency-Key": "forged",
        "Request-Id": "forged",
        "If-None-Match": "*",
        Range: "bytes=0-0",
        "User-Agent": "agent/1",
        Connection: "close, x-hop",
        "X-Hop": "1",
      },
    });
    const [call] = shop.seen;
    expect(call?.headers).toMatchObject({
      "accept-language": "de",
      "accept-encoding": "identity",
      "idempotency-key": (await shop.payment())?.id,
    });
    const names = Object.keys(call?.headers ?? {}).sort();
    expect(names).toEqual([
      "accept",
      "accept-encoding",
      "accept-language",
      "connection",
      "farebox-proof",
      "host",
      "idempotency-key",
      "request-id",
      "user-agent",
      "via",
    ]);
  });

  it("what an upstream compressed although it was asked not to arrives as it is, also when it is given again (G19)", async () => {
    const packed = gzipSync("as it is");
    const shop = await shopWith((_, response) => response.setHeader("content-encoding", "gzip").end(packed));
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    for (const replayed of [undefined, "true"]) {
      const answer = await rawCall(shop.url("/now"), { headers: { ...headers, "Accept-Encoding": "br" } });
      expect([answer.headers["content-encoding"], answer.headers["idempotent-replayed"]]).toEqual([
        "gzip",
        replayed,
      ]);
      expect(answer.body.equals(packed)).toBe(true);
    }
    expect(shop.seen[0]?.headers["accept-encoding"]).toBe("identity");
  });

  it("no word of a library's about what went wrong reaches the caller (G16)", async () => {
    const shop = await shopWith((_, response) => response.socket?.destroy());
    const port = new URL((await publishedUpstream(shop)) ?? "").port;
    const { response } = await pay(shop.url("/now"), payerKey);
    const said = JSON.stringify([await response.text(), ...response.headers]);
    expect(said).toContain("upstream_unreachable");
    expect(said).not.toMatch(new RegExp(`ECONN|hang up|:${port}\\b`));
  });

  it("the upstream can prove with our public key what it was asked, and that it was paid", async () => {
    const shop = await shopWith((_, response) => response.end());
    await pay(shop.url("/now?city=Bern"), payerKey, { method: "POST", body: "x" });
    const { jwks } = await openProver(shop.parts);
    const proof = String(shop.seen[0]?.headers["farebox-proof"]);
    const { payload } = await jwtVerify(proof, createLocalJWKSet(jwks), {
      issuer: shop.parts.env.FAREBOX_GATEWAY_ORIGIN,
      audience: new URL(shop.url("")).pathname.split("/")[2],
    });
    expect(payload).toMatchObject({
      sub: (await shop.payment())?.id,
      method: "POST",
      path: "/now?city=Bern",
    });
  });

  it("header smuggling: the caller sees nothing that speaks for our origin, sets policy or pays (G11, G13, B7)", async () => {
    const shop = await shopWith((_, response) => {
      response.writeHead(200, {
        "Content-Type": "text/html",
        "Set-Cookie": "session=evil",
        "Access-Control-Allow-Origin": "https://evil.example",
        "Access-Control-Allow-Credentials": "true",
        "Cache-Control": "public, max-age=3600",
        "PAYMENT-REQUIRED": "e30=",
        "PAYMENT-RESPONSE": "e30=",
        "Settlement-Overrides": '{"amount":"0"}',
        "Strict-Transport-Security": "max-age=1",
        Connection: "x-hop",
        "X-Hop": "1",
        "Request-Id": "forged",
        "X-Kept": "yes",
      });
      response.end("<script>alert(1)</script>");
    });
    const { response } = await pay(shop.url("/now"), payerKey);
    const { date: _, "payment-response": receipt = "", ...said } = Object.fromEntries(response.headers);
    expect(decodePaymentResponseHeader(receipt)).toMatchObject({ success: true, amount: "10000" });
    expect(said).toEqual({
      "access-control-allow-origin": "*",
      "access-control-expose-headers": expect.stringContaining("PAYMENT-RESPONSE"),
      "cache-control": "private, no-store",
      connection: "keep-alive",
      "content-length": "25",
      "content-security-policy": "sandbox",
      "content-type": "text/html",
      "keep-alive": expect.any(String),
      "request-id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      vary: expect.stringContaining("PAYMENT-SIGNATURE"),
      "x-content-type-options": "nosniff",
      "x-kept": "yes",
    });
  });
});

describe("methods that are not simply sold", () => {
  it("HEAD never reaches the upstream unpaid, and never spends a payment (B16)", async () => {
    const shop = await shopWith((_, response) => response.end("now"));
    const unpaid = await fetch(shop.url("/now"), { method: "HEAD" });
    expect([unpaid.status, await unpaid.text()]).toEqual([402, ""]);
    expect(unpaid.headers.get("payment-required")).not.toBeNull();
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    expect((await fetch(shop.url("/now"), { method: "HEAD", headers })).status).toBe(400);
    expect(shop.seen).toEqual([]);
    expect(await shop.payments()).toEqual([]);
  });

  it("OPTIONS is answered by the gateway, whatever the rules say (B17)", async () => {
    const shop = await shopWith((_, response) => response.end("now"));
    const preflight = await fetch(shop.url("/now"), {
      method: "OPTIONS",
      headers: { Origin: "https://app.example", "Access-Control-Request-Method": "POST" },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get("access-control-allow-headers")).toContain("PAYMENT-SIGNATURE");
    expect(preflight.headers.get("access-control-allow-credentials")).toBeNull();
    expect(shop.seen).toEqual([]);
  });

  it("a part of the answer can be asked for only where payment comes first (B18)", async () => {
    const after = await shopWith((_, response) => response.end("whole"));
    await pay(after.url("/now"), payerKey, { headers: { Range: "bytes=0-0" } });
    expect(after.seen[0]?.headers.range).toBeUndefined();
    const before = await shopWith((_, response) => response.writeHead(206).end("w"), { charge: "before" });
    const { response } = await pay(before.url("/now"), payerKey, { headers: { Range: "bytes=0-0" } });
    expect([response.status, await response.text()]).toEqual([206, "w"]);
    expect(before.seen[0]?.headers.range).toBe("bytes=0-0");
  });

  it.each([
    ["Expect", "100-continue", 417],
    ["Upgrade", "websocket", 501],
  ])("%s is refused before any payment work (B15, B18)", async (name, value, status) => {
    const shop = await shopWith((_, response) => response.end("now"));
    const { hostname, port, pathname } = new URL(shop.url("/now"));
    const socket = connect(Number(port), hostname);
    socket.write(`GET ${pathname} HTTP/1.1\r\nHost: ${hostname}:${port}\r\n${name}: ${value}\r\n\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toContain(`HTTP/1.1 ${status} `);
    expect(shop.seen).toEqual([]);
  });
});

describe("an upstream that leads back to us", () => {
  it("is stopped at the second pass (G17)", async () => {
    const shop = await shopWith((_, response) => response.end("now"));
    const via = `1.1 ${new URL(shop.url("")).host}`;
    const response = await fetch(shop.url("/free/x"), { headers: { Via: via } });
    expect(response.status).toBe(508);
    expect(shop.seen).toEqual([]);
  });
});
