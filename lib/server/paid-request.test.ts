import { randomBytes } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { decodePaymentResponseHeader } from "@x402/core/http";
import { eq } from "drizzle-orm";
import { createPublicClient, erc20Abi, getAddress, http } from "viem";
import { privateKeyToAccount } from "viem/accounts";
import { afterAll, describe, expect, inject, it } from "vitest";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import { newId } from "@/lib/ids";
import { openShop, pay, type ShopOptions, signPayment } from "./shop.fixture";

const local = inject("local");
const payerKey = local.payerKey as `0x${string}`;
const chain = createPublicClient({ transport: http(local.rpcUrl) });

const opened: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(opened.map((shop) => shop.close())));

/** A shop whose upstream counts its calls. */
async function countingShop(
  options: ShopOptions = {},
  answer: (request: IncomingMessage, response: ServerResponse, call: number) => void = (_, response, call) =>
    response.end(`answer ${call}`),
) {
  let calls = 0;
  const seen: IncomingMessage[] = [];
  const shop = await openShop((request, response) => {
    calls += 1;
    seen.push(request);
    answer(request, response, calls);
  }, options);
  opened.push(shop);
  return { ...shop, calls: () => calls, seen };
}

/** Another endpoint of a shop's merchant, with the same terms and payout address; resolves to its slug. */
async function sibling(shop: Awaited<ReturnType<typeof openShop>>): Promise<string> {
  const { db } = shop.parts.database;
  const id = newId();
  const slug = `sibling-${id.slice(-12)}`;
  const [terms] = await db
    .select()
    .from(endpointVersions)
    .where(eq(endpointVersions.endpointId, shop.endpointId));
  if (!terms) throw new Error("The shop has no version");
  await db.insert(endpoints).values({ id, merchantId: shop.merchantId, slug, version: 1 });
  await db.insert(endpointVersions).values({ ...terms, endpointId: id });
  return slug;
}

function balanceOf(address: string): Promise<bigint> {
  const token = getAddress(local.token);
  return chain.readContract({
    address: token,
    abi: erc20Abi,
    functionName: "balanceOf",
    args: [getAddress(address)],
  });
}

describe("a paid request", () => {
  it("is answered, charged once on chain, and booked with the proof of its transfer", async () => {
    const shop = await countingShop();
    const { response } = await pay(shop.url("/now?a=%20b"), payerKey);
    expect(response.status).toBe(200);
    expect(await response.text()).toBe("answer 1");
    const receipt = decodePaymentResponseHeader(response.headers.get("payment-response") ?? "");
    expect(receipt).toMatchObject({ success: true, network: "eip155:84532", amount: "10000" });
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
    const [payment] = await shop.payments();
    expect(payment).toMatchObject({
      money: "settled",
      delivery: "ready",
      attempt: 1,
      path: "/now",
      query: "a=%20b",
    });
    const [settlement] = await shop.settlements();
    expect(settlement).toMatchObject({ txHash: receipt.transaction, amount: 10_000n, payTo: shop.payTo });
    expect(shop.seen[0]?.url).toBe("/now?a=%20b");
    expect(shop.seen[0]?.headers["idempotency-key"]).toBe(payment?.id);
    expect(shop.seen[0]?.headers["payment-signature"]).toBeUndefined();
  });

  it("gives the stored answer when the same payment is presented again, without calling or charging again (A2)", async () => {
    const shop = await countingShop();
    const { response, present } = await pay(shop.url("/now"), payerKey);
    const again = await present();
    expect(await again.text()).toBe(await response.text());
    expect(again.headers.get("idempotent-replayed")).toBe("true");
    expect(again.headers.get("payment-response")).toBe(response.headers.get("payment-response"));
    expect(shop.calls()).toBe(1);
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
  });

  it("calls the upstream once and transfers once when 50 copies race on two gateways (A1, J4)", async () => {
    const shop = await countingShop({ gateways: 2 }, (_, response) =>
      setTimeout(() => response.end("one"), 150),
    );
    const unpaid = await fetch(shop.url("/now"));
    expect(unpaid.status).toBe(402);
    const headers = await signPayment(unpaid, payerKey);
    const copies = Array.from({ length: 50 }, (_, i) => fetch(shop.url("/now", i % 2), { headers }));
    const answers = await Promise.all(copies);
    const statuses = new Set(answers.map(({ status }) => status));
    // A machine that is short of connections to its database says so, and nothing moved (faults E5).
    expect([...statuses].filter((status) => ![200, 409, 503].includes(status))).toEqual([]);
    expect(statuses.has(200)).toBe(true);
    expect(shop.calls()).toBe(1);
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
    expect(await shop.settlements()).toHaveLength(1);
    expect(await shop.payments()).toHaveLength(1);
  });

  it("refuses the same payment for another path, query, method or body (A3)", async () => {
    const shop = await countingShop();
    const { headers } = await pay(shop.url("/now"), payerKey);
    const others: [string, RequestInit][] = [
      [shop.url("/other"), {}],
      [shop.url("/now?x=1"), {}],
      [shop.url("/now"), { method: "POST" }],
      [shop.url("/now"), { method: "DELETE" }],
    ];
    for (const [url, init] of others) {
      const response = await fetch(url, { ...init, headers });
      expect(response.status).toBe(409);
      expect(await response.json()).toMatchObject({ code: "payment_used_for_other_request" });
    }
    expect(shop.calls()).toBe(1);
  });

  it("is bound to its endpoint from the first moment, and after an attempt that failed (A3, A4)", async () => {
    let working: () => void = () => {};
    const asked = new Promise<void>((resolve) => {
      working = resolve;
    });
    let finish: () => void = () => {};
    const shop = await countingShop({}, (_, response, call) => {
      finish = () => response.writeHead(call === 1 ? 500 : 200).end(`answer ${call}`);
      working();
      if (call > 1) finish();
    });
    const url = shop.url("/now");
    const elsewhere = url.replace(shop.slug, await sibling(shop));
    const headers = await signPayment(await fetch(url), payerKey);
    const first = fetch(url, { headers });
    await asked;
    const use = async () => {
      const response = await fetch(elsewhere, { headers });
      return [response.status, (await response.json()).code];
    };
    expect(await use()).toEqual([409, "payment_used_for_other_request"]);
    finish();
    expect((await first).status).toBe(500);
    expect(await use()).toEqual([409, "payment_used_for_other_request"]);
    expect(await (await fetch(url, { headers })).text()).toBe("answer 2");
    expect(await use()).toEqual([409, "payment_used_for_other_request"]);
    expect(shop.calls()).toBe(2);
  });

  it("is not charged when the upstream fails, and the same payment works once the upstream does (B1)", async () => {
    const shop = await countingShop({}, (_, response, call) => {
      response.statusCode = call < 3 ? 500 : 200;
      response.end(`call ${call}`);
    });
    const { response, present } = await pay(shop.url("/now"), payerKey);
    expect([response.status, await response.text()]).toEqual([500, "call 1"]);
    expect(response.headers.get("payment-response")).toBeNull();
    expect(await balanceOf(shop.payTo)).toBe(0n);
    expect((await present()).status).toBe(500);
    expect((await present()).status).toBe(200);
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
    expect((await shop.payments())[0]).toMatchObject({ attempt: 3, money: "settled" });
  });

  it("asks the upstream at most five times for one payment (B1)", async () => {
    const shop = await countingShop({}, (_, response) => response.writeHead(500).end());
    const { present } = await pay(shop.url("/now"), payerKey);
    for (let attempt = 2; attempt <= 5; attempt++) expect((await present()).status).toBe(500);
    const sixth = await present();
    expect([sixth.status, shop.calls()]).toEqual([409, 5]);
    expect(await sixth.json()).toMatchObject({ code: "attempts_exhausted" });
  });

  it("charges before the call where the endpoint says so, and owes the answer until the upstream gives one (B12)", async () => {
    const shop = await countingShop({ charge: "before" }, (_, response, call) => {
      response.statusCode = call === 1 ? 503 : 200;
      response.end(`call ${call}`);
    });
    const { response, present } = await pay(shop.url("/now"), payerKey);
    expect(response.status).toBe(503);
    expect(decodePaymentResponseHeader(response.headers.get("payment-response") ?? "").success).toBe(true);
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
    expect((await shop.payments())[0]).toMatchObject({ money: "settled", delivery: "failed" });
    const served = await present();
    expect([served.status, await served.text()]).toEqual([200, "call 2"]);
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
  });

  it("asks a wallet without enough funds for another payment and never calls the upstream", async () => {
    const shop = await countingShop();
    const { response } = await pay(shop.url("/now"), `0x${randomBytes(32).toString("hex")}`);
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ code: "insufficient_funds", x402Version: 1 });
    expect(response.headers.get("payment-required")).not.toBeNull();
    expect(shop.calls()).toBe(0);
    expect(await shop.payments()).toHaveLength(0);
  });

  it("refuses a signature of somebody else, also for a payment that is settled", async () => {
    const shop = await countingShop();
    const { headers, present } = await pay(shop.url("/now"), payerKey);
    const payload = JSON.parse(Buffer.from(headers["PAYMENT-SIGNATURE"] ?? "", "base64").toString());
    const stranger = privateKeyToAccount(`0x${randomBytes(32).toString("hex")}`);
    payload.payload.signature = await stranger.signMessage({ message: "mine" });
    const forged = { "PAYMENT-SIGNATURE": Buffer.from(JSON.stringify(payload)).toString("base64") };
    const response = await fetch(shop.url("/now"), { headers: forged });
    expect(response.status).toBe(402);
    expect(await response.json()).toMatchObject({ code: "invalid_signature" });
    expect((await present()).status).toBe(200);
  });

  it("pipes an event stream after it was paid for, and charges once", async () => {
    const shop = await countingShop({}, (_, response) => {
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.write("data: 1\n\n");
      setTimeout(() => response.end("data: 2\n\n"), 100);
    });
    const { response } = await pay(shop.url("/events"), payerKey);
    expect(response.headers.get("payment-response")).not.toBeNull();
    expect(await response.text()).toBe("data: 1\n\ndata: 2\n\n");
    expect(await balanceOf(shop.payTo)).toBe(10_000n);
    expect((await shop.payments())[0]).toMatchObject({ money: "settled", delivery: "streaming" });
  });

  it("passes free calls on without a payment", async () => {
    const shop = await countingShop();
    const response = await fetch(shop.url("/free/anything"), { method: "POST", body: "hello" });
    expect([response.status, await response.text()]).toEqual([200, "answer 1"]);
    expect(await shop.payments()).toHaveLength(0);
  });
});
