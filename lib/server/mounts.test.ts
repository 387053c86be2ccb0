import { afterAll, beforeAll, describe, expect, inject, it, vi } from "vitest";
import { openGateway } from "./gateway";
import { openShop, pay } from "./shop.fixture";
import { answerWebRequest } from "./web-mount";

const payerKey = inject("local").payerKey as `0x${string}`;
let shop: Awaited<ReturnType<typeof openShop>>;
let web: Awaited<ReturnType<typeof openGateway>>;

beforeAll(async () => {
  shop = await openShop(async (request, response) => {
    if (request.url === "/stream") {
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const tick of ["one", "two"]) response.write(`data: ${tick}\n\n`);
      return void response.end();
    }
    if (request.url === "/free/headers") return void response.end(JSON.stringify(request.headers));
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    response.writeHead(200, { "content-type": "text/plain" });
    response.end(`${request.method} ${request.url} ${Buffer.concat(chunks)}`);
  });
  web = await openGateway(shop.parts);
});
afterAll(async () => {
  web.close();
  await shop.close();
});

/** A request on its way into a server names the host it came to. */
function asReceived(request: Request): Request {
  request.headers.set("host", new URL(request.url).host);
  return request;
}

/** The same gateway behind our own server, and behind a host that speaks web-standard requests. */
const MOUNTS: [name: string, send: (url: string, init?: RequestInit) => Promise<Response>][] = [
  ["our server", (url, init) => fetch(url, init)],
  ["a web handler", (url, init) => answerWebRequest(web.handle, asReceived(new Request(url, init)))],
];

describe.each(MOUNTS)("the gateway mounted in %s", (_, send) => {
  it("asks for payment, in headers and body", async () => {
    const response = await send(shop.url("/paid"));
    expect(response.status).toBe(402);
    expect(response.headers.get("payment-required")).toBeTruthy();
    expect(response.headers.get("cache-control")).toBe("private, no-store");
    expect(await response.json()).toMatchObject({ x402Version: 1 });
  });

  it("passes method, path, query and body on as they are", async () => {
    const response = await send(shop.url("/free/a%20b?x=1&y=%2F"), { method: "PATCH", body: "ümlaut" });
    expect(await response.text()).toBe("PATCH /free/a%20b?x=1&y=%2F ümlaut");
  });

  it("delivers a paid answer and a paid stream", async () => {
    for (const path of ["/paid", "/stream"]) {
      const { headers } = await pay(shop.url(path), payerKey);
      const response = await send(shop.url(path), { headers });
      expect(response.status).toBe(200);
      expect(await response.text()).toContain(path === "/paid" ? "GET /paid" : "data: two");
    }
  });

  it("gives every answer an id of its own, which its upstream hears too, whatever the caller sends for one", async () => {
    const forged = { "request-id": "forged", "x-request-id": "the caller's own" };
    const ids = new Set<string | null>();
    for (const [path, init] of [
      ["/paid", {}],
      ["/paid", { method: "OPTIONS" }],
      ["/paid", { headers: { "payment-signature": "junk" } }],
      ["/free/headers", {}],
      ["/free/%2f", {}],
    ] as [string, RequestInit][]) {
      const response = await send(shop.url(path), { ...init, headers: { ...forged, ...init.headers } });
      const id = response.headers.get("request-id");
      expect(id).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
      ids.add(id);
      const text = await response.text();
      if (path === "/free/headers") {
        expect(JSON.parse(text)).toMatchObject({ "request-id": id, "x-request-id": "the caller's own" });
      } else if (text !== "") expect(JSON.parse(text)).toMatchObject({ requestId: id });
    }
    expect(ids.size).toBe(5);
  });

  it("answers OPTIONS itself and HEAD without a body", async () => {
    expect((await send(shop.url("/paid"), { method: "OPTIONS" })).status).toBe(204);
    const head = await send(shop.url("/paid"), { method: "HEAD" });
    expect(head.status).toBe(402);
    expect(head.headers.get("payment-required")).toBeTruthy();
  });
});

it("what goes wrong with a request is logged under the id its caller got", async () => {
  const written: string[] = [];
  const spy = vi.spyOn(process.stderr, "write").mockImplementation((line) => written.push(String(line)) > 0);
  try {
    const closed = await openShop((_, response) => response.end());
    await closed.parts.database.close();
    const response = await fetch(closed.url("/paid"));
    expect(response.status).toBe(503);
    const lines = written.map((line) => JSON.parse(line)).filter(({ event }) => event === "gateway.outage");
    expect(lines.map(({ request }) => request)).toEqual([response.headers.get("request-id")]);
    await closed.close();
  } finally {
    spy.mockRestore();
  }
});
