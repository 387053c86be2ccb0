import { afterAll, beforeAll, describe, expect, inject, it } from "vitest";
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

  it("answers OPTIONS itself and HEAD without a body", async () => {
    expect((await send(shop.url("/paid"), { method: "OPTIONS" })).status).toBe(204);
    const head = await send(shop.url("/paid"), { method: "HEAD" });
    expect(head.status).toBe(402);
    expect(head.headers.get("payment-required")).toBeTruthy();
  });
});
