import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Outside } from "@/lib/chain/fixture";
import { serveSdkFacilitator } from "@/lib/chain/sdk-facilitator.fixture";
import { openShop, type ShopOptions, signPayment } from "./shop.fixture";
import { openStallingProxy } from "./stalling-proxy.fixture";

const local = inject("local");
const outside = new Outside(local.rpcUrl);

/** A shop whose connection to the database breaks once, at the statement that holds `text`: before it, or after it. */
async function fragileShop(
  text: string,
  hold: "request" | "outcome",
  upstream: RequestListener,
  options: ShopOptions = {},
) {
  const url = new URL(process.env.DATABASE_URL ?? "");
  const proxy = await openStallingProxy({ host: url.hostname, port: Number(url.port) }, text, hold);
  onTestFinished(() => proxy.close());
  url.hostname = "127.0.0.1";
  url.port = String(proxy.port);
  const shop = await openShop(upstream, { ...options, databaseUrl: url.href });
  onTestFinished(() => shop.close());
  const payer = generatePrivateKey();
  await outside.mint(privateKeyToAccount(payer).address, 10_000n);
  const headers = await signPayment(await fetch(shop.url("/now")), payer);
  const present = () => fetch(shop.url("/now"), { headers });
  return {
    ...shop,
    payer,
    present,
    /** Presents the payment, and breaks the connection when the statement comes. */
    async presentAndCut() {
      const call = present();
      await proxy.reached;
      proxy.cut();
      const response = await call;
      return { status: response.status, code: (await response.json()).code };
    },
    async presentUntilServed() {
      for (;;) {
        const response = await present();
        if (response.status !== 409 && response.status !== 503) return response;
        await response.body?.cancel();
        await sleep(200);
      }
    },
  };
}

describe("a connection to the database that breaks", () => {
  it("after a claim was written, and before that is known, keeps nobody waiting longer than its lease", async () => {
    const shop = await fragileShop('insert into "payments"', "outcome", (_, response) =>
      response.end("served"),
    );
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "service_unavailable" });
    const served = await shop.presentUntilServed();
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("after a facilitator was asked leaves the outcome unknown, and the payment is settled and served once", async () => {
    const facilitator = await serveSdkFacilitator(outside);
    onTestFinished(() => facilitator.close());
    const shop = await fragileShop(
      'set "facilitator_tx_hash"',
      "request",
      (_, response) => response.end("served"),
      { facilitator: facilitator.url },
    );
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "settlement_pending" });
    const served = await shop.presentUntilServed();
    expect([served.status, await served.text()]).toEqual([200, "served"]);
    expect(await shop.settlements()).toHaveLength(1);
  });

  it("before a stream is paid for lets go of the upstream", async () => {
    let ended: () => void = () => {};
    const upstreamEnded = new Promise<void>((resolve) => {
      ended = resolve;
    });
    const shop = await fragileShop('"answered_at" = now()', "request", (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      response.once("close", ended);
    });
    expect(await shop.presentAndCut()).toEqual({ status: 503, code: "service_unavailable" });
    await upstreamEnded;
  });
});
