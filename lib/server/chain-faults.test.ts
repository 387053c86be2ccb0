import type { RequestListener } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { erc20Abi, getAddress } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { Outside, type RpcCall, serve } from "@/lib/chain/fixture";
import { serveSdkFacilitator } from "@/lib/chain/sdk-facilitator.fixture";
import { openShop, type ShopOptions, signPayment } from "./shop.fixture";

const local = inject("local");
const outside = new Outside(local.rpcUrl);
const JSON_BODY = { "content-type": "application/json" };

/** A shop whose upstream counts its calls, and a payment of its own for it that is presented again and again. */
async function shopWithPayment(
  options: ShopOptions,
  answer: RequestListener = (_, response) => response.end("served"),
) {
  let calls = 0;
  const shop = await openShop((request, response) => {
    calls += 1;
    answer(request, response);
  }, options);
  onTestFinished(() => shop.close());
  const key = generatePrivateKey();
  await outside.mint(privateKeyToAccount(key).address, 10_000n);
  const headers = await signPayment(await fetch(shop.url("/now")), key);
  return {
    ...shop,
    calls: () => calls,
    async present() {
      const response = await fetch(shop.url("/now"), { headers });
      const text = await response.text();
      const code = response.ok ? null : (JSON.parse(text) as { code: string }).code;
      return { status: response.status, text, code, retryAfter: response.headers.get("retry-after") };
    },
    arrived: () =>
      outside.client.readContract({
        address: getAddress(local.token),
        abi: erc20Abi,
        functionName: "balanceOf",
        args: [shop.payTo],
      }),
  };
}

/** Presents a payment again as long as it is told to come back. */
async function presentUntilServed(shop: Awaited<ReturnType<typeof shopWithPayment>>) {
  for (;;) {
    const answer = await shop.present();
    if (answer.status !== 503) return answer;
    await sleep(200);
  }
}

/** Serves HTTP for the length of a test. */
async function served(answer: Parameters<typeof serve>[0]): Promise<string> {
  const server = await serve(answer);
  onTestFinished(() => server.close());
  return server.url;
}

async function passOn(body: string): Promise<{ body: string }> {
  const reply = await fetch(local.rpcUrl, { method: "POST", headers: JSON_BODY, body });
  return { body: await reply.text() };
}

describe("a chain that cannot be asked", () => {
  it("is no reason to pay again: 503 chain_unavailable before any work, and the same payment is served later (D1)", async () => {
    // A relayer's first account nonce takes all its RPCs to agree, so it has one before.
    expect(await (await shopWithPayment({})).present()).toMatchObject({ status: 200 });
    let isDown = true;
    const rpc = await served(async (body) => (isDown ? undefined : passOn(body)));
    const shop = await shopWithPayment({ rpc: [rpc, "http://127.0.0.1:1/key"] });
    expect(await shop.present()).toMatchObject({ status: 503, code: "chain_unavailable" });
    expect([shop.calls(), await shop.payments()]).toEqual([0, []]);
    isDown = false;
    expect(await presentUntilServed(shop)).toMatchObject({ status: 200, text: "served" });
    expect([shop.calls(), await shop.arrived()]).toEqual([1, 10_000n]);
  });
});

describe("a relayer that is short of gas", () => {
  it("takes no payment: 503 before the upstream is asked, and the same payment is served when it has gas (D20)", async () => {
    const relayerKey = generatePrivateKey();
    const shop = await shopWithPayment({ relayerKey });
    expect(await shop.present()).toMatchObject({ status: 503, code: "chain_unavailable" });
    expect([shop.calls(), await shop.payments()]).toEqual([0, []]);
    await outside.giveGas(privateKeyToAccount(relayerKey).address);
    expect(await presentUntilServed(shop)).toMatchObject({ status: 200, text: "served" });
  });
});

describe("an RPC that denies to have taken a transaction", () => {
  it("and took it is not believed: the payment is settled and served once (D7)", async () => {
    const error = { code: -32000, message: "nonce too low" };
    const rpc = await served(async (body) => {
      const reply = await passOn(body);
      const { id, method } = JSON.parse(body) as RpcCall;
      return method === "eth_sendRawTransaction"
        ? { body: JSON.stringify({ jsonrpc: "2.0", id, error }) }
        : reply;
    });
    const shop = await shopWithPayment({ rpc: [rpc] });
    expect(await shop.present()).toMatchObject({ status: 200, text: "served" });
    expect([shop.calls(), await shop.arrived()]).toEqual([1, 10_000n]);
  });
});

describe("a facilitator", () => {
  const txHash = `0x${"ab".repeat(32)}`;
  const success = JSON.stringify({ success: true, transaction: txHash, network: "eip155:84532" });
  /** What facilitators answer that leaves everything possible, and how often each is asked. */
  const UNCLEAR: Record<string, { answer: Parameters<typeof serve>[0]; times: number }> = {
    "names a transaction that does not exist": { answer: async () => ({ body: success }), times: 1 },
    fails: { answer: async () => ({ status: 500, body: success }), times: 2 },
    redirects: {
      answer: async () => ({ status: 307, headers: { location: local.rpcUrl }, body: "" }),
      times: 2,
    },
    "speaks no JSON": { answer: async () => ({ body: "<html></html>" }), times: 2 },
    "hangs up": { answer: async () => undefined, times: 2 },
  };

  it("that names no transaction which exists, or gives no clear answer, leaves the payment open and never settled (D4, D6)", async () => {
    const shops = [];
    for (const [what, { answer, times }] of Object.entries(UNCLEAR)) {
      let asked = 0;
      const facilitator = await served(async (...request) => {
        asked += 1;
        return answer(...request);
      });
      shops.push({
        what,
        times,
        asked: () => asked,
        facilitator,
        ...(await shopWithPayment({ facilitator })),
      });
    }
    // Together, since each waits the 20 s that the outcome of a settlement is waited for.
    const answers = await Promise.all(shops.map((shop) => shop.present()));
    for (const [index, shop] of shops.entries()) {
      const { what, times, asked, facilitator } = shop;
      expect([what, answers[index]?.status, answers[index]?.code]).toEqual([what, 503, "settlement_pending"]);
      expect([what, asked(), shop.calls()]).toEqual([what, times, 1]);
      expect(await shop.payments()).toMatchObject([{ money: "submitting", delivery: "ready", facilitator }]);
      expect(await shop.settlements()).toEqual([]);
    }
  });

  it("that says it failed though it settled is overruled by the chain (D5)", async () => {
    const real = await serveSdkFacilitator(outside);
    onTestFinished(() => real.close());
    const facilitator = await served(async (body, path) => {
      await fetch(`${real.url}${path.slice(1)}`, { method: "POST", body });
      return { body: JSON.stringify({ success: false, errorReason: "timeout", transaction: "" }) };
    });
    const shop = await shopWithPayment({ facilitator });
    expect(await shop.present()).toMatchObject({ status: 200, text: "served" });
    expect(await shop.settlements()).toHaveLength(1);
  });
});
