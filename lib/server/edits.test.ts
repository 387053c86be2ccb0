import { decodePaymentRequiredHeader, encodePaymentRequiredHeader } from "@x402/core/http";
import { eq } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { endpoints, endpointVersions, merchants, type StoredPayout, type StoredRule } from "@/lib/db/schema";
import { listen, openShop, pay, type ShopOptions, signPayment } from "./shop.fixture";

const payerKey = inject("local").payerKey as `0x${string}`;
const priced = (price: string): StoredRule[] => [{ method: "*", path: "/*path", priceMicroUsd: price }];

/** What an edit may change here. */
interface Edit {
  rules?: StoredRule[];
  payouts?: StoredPayout[];
  charge?: "after" | "before";
  upstream?: string;
  upstreamTimeoutMs?: number;
}

/** A shop that counts its upstream's calls, and whose merchant can edit or delete the endpoint. */
async function editableShop(status: () => number = () => 200, options: ShopOptions = {}) {
  let calls = 0;
  const shop = await openShop((_, response) => {
    calls += 1;
    response.writeHead(status()).end(`answer ${calls}`);
  }, options);
  onTestFinished(() => shop.close());
  const { db } = shop.parts.database;
  const mine = eq(endpoints.id, shop.endpointId);
  return {
    ...shop,
    calls: () => calls,
    /** How a call without a payment is answered; it hears of an edit within a moment, not at once. */
    async unpaid() {
      const response = await fetch(shop.url("/now"));
      return [response.status, (await response.json()).code];
    },
    /** Writes a second version; the first was replaced this many seconds ago. */
    async edit(change: Edit, secondsAgo = 0) {
      const [before] = await db
        .select()
        .from(endpointVersions)
        .where(eq(endpointVersions.endpointId, shop.endpointId));
      if (!before) throw new Error("The shop has no version");
      await db
        .insert(endpointVersions)
        .values({ ...before, ...change, version: 2, createdAt: new Date(Date.now() - secondsAgo * 1000) });
      await db.update(endpoints).set({ version: 2 }).where(mine);
    },
    suspend: () =>
      db.update(merchants).set({ suspendedAt: new Date() }).where(eq(merchants.id, shop.merchantId)),
    setState: (state: "live" | "paused" | "deleted") => db.update(endpoints).set({ state }).where(mine),
  };
}

describe("an edit between the 402 and the payment", () => {
  it.each(["20000", "5000"])(
    "of the price to %s honours the price that was quoted (faults F1, F2)",
    async (price) => {
      const shop = await editableShop();
      const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
      await shop.edit({ rules: priced(price) });
      expect((await fetch(shop.url("/now"), { headers })).status).toBe(200);
      expect(await shop.settlements()).toMatchObject([{ amount: 10_000n, endpointVersion: 1 }]);
    },
  );

  it("of the price is honoured for 120 seconds, and then asks for the new one (F1, F2)", async () => {
    for (const [secondsAgo, status] of [
      [110, 200],
      [130, 402],
    ] as const) {
      const shop = await editableShop();
      const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
      await shop.edit({ rules: priced("20000") }, secondsAgo);
      const response = await fetch(shop.url("/now"), { headers });
      expect([secondsAgo, response.status]).toEqual([secondsAgo, status]);
      if (status === 200) continue;
      expect(await response.json()).toMatchObject({ code: "payment_terms_changed" });
      const required = decodePaymentRequiredHeader(response.headers.get("payment-required") ?? "");
      expect(required.accepts).toMatchObject([{ amount: "20000" }]);
      expect([shop.calls(), await shop.payments()]).toEqual([0, []]);
    }
  });

  it("of the upstream leads new payments there, and one already begun to where it began (F5)", async () => {
    const statuses = [500];
    const shop = await editableShop(() => statuses.shift() ?? 200);
    const { response, present } = await pay(shop.url("/now"), payerKey);
    expect(response.status).toBe(500);
    const elsewhere = await listen((_, answer) => void answer.end("elsewhere"));
    onTestFinished(() => void elsewhere.server.close());
    await shop.edit({ upstream: `http://127.0.0.1:${elsewhere.port}` });
    expect(await (await present()).text()).toBe("answer 2");
    expect(await (await pay(shop.url("/now"), payerKey)).response.text()).toBe("elsewhere");
    elsewhere.server.closeAllConnections();
  });

  it("of the time of charging keeps to what was quoted: nobody who accepted to pay after the call pays before it", async () => {
    const shop = await editableShop(() => 500);
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    await shop.edit({ charge: "before" });
    expect((await fetch(shop.url("/now"), { headers })).status).toBe(500);
    expect(await shop.payments()).toMatchObject([{ money: "held", charge: "after", endpointVersion: 1 }]);
  });

  it("of the upstream's timeout refuses none that was taken before, though it is valid for longer than one may be now", async () => {
    const statuses = [500];
    const shop = await editableShop(() => statuses.shift() ?? 200, { upstreamTimeoutMs: 120_000 });
    const signForAnHourMore = async () => {
      const demand = await fetch(shop.url("/now"));
      const required = decodePaymentRequiredHeader(demand.headers.get("payment-required") ?? "");
      const accepts = required.accepts.map((offer) => ({ ...offer, maxTimeoutSeconds: 120 + 90 + 3_600 }));
      const headers = { "payment-required": encodePaymentRequiredHeader({ ...required, accepts }) };
      return signPayment(new Response(await demand.text(), { headers }), payerKey);
    };
    const [taken, unused] = [await signForAnHourMore(), await signForAnHourMore()];
    const present = (headers: Record<string, string>) => fetch(shop.url("/now"), { headers });
    expect((await present(taken)).status).toBe(500);
    await shop.edit({ upstreamTimeoutMs: 1_000 });
    const refused = await present(unused);
    expect([refused.status, (await refused.json()).code]).toEqual([402, "authorization_window_too_long"]);
    expect(await (await present(taken)).text()).toBe("answer 2");
  });

  it("of the payout address is never paid to the old one: new terms at once (faults F3)", async () => {
    const shop = await editableShop();
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    const payTo = privateKeyToAccount(generatePrivateKey()).address;
    await shop.edit({ payouts: [{ network: "eip155:84532", payTo }] });
    const response = await fetch(shop.url("/now"), { headers });
    expect([response.status, (await response.json()).code]).toEqual([402, "payment_terms_changed"]);
    const required = decodePaymentRequiredHeader(response.headers.get("payment-required") ?? "");
    expect(required.accepts).toMatchObject([{ payTo }]);
    expect([shop.calls(), await shop.payments()]).toEqual([0, []]);
  });
});

describe("an answer that was paid for can be fetched again (faults F4)", () => {
  it("after its rule is gone, where nobody can buy it any more", async () => {
    const shop = await editableShop();
    const { present } = await pay(shop.url("/now"), payerKey);
    await shop.edit({ rules: [{ method: "*", path: "/other", priceMicroUsd: "10000" }] });
    expect(await (await present()).text()).toBe("answer 1");
    await expect.poll(shop.unpaid).toEqual([404, "no_rule"]);
  });

  it("after its endpoint is deleted, where nobody can buy anything any more", async () => {
    const shop = await editableShop();
    const { present } = await pay(shop.url("/now"), payerKey);
    const unused = await signPayment(await fetch(shop.url("/now")), payerKey);
    await shop.setState("deleted");
    expect(await (await present()).text()).toBe("answer 1");
    expect((await fetch(shop.url("/now"), { headers: unused })).status).toBe(404);
    await expect.poll(shop.unpaid).toEqual([404, "not_found"]);
    expect(shop.calls()).toBe(1);
  });

  it("while its endpoint is paused, where nobody can buy anything for now", async () => {
    const statuses = [200, 500];
    const shop = await editableShop(() => statuses.shift() ?? 200);
    const answered = await pay(shop.url("/now"), payerKey);
    const begun = await pay(shop.url("/now"), payerKey);
    const unused = await signPayment(await fetch(shop.url("/now")), payerKey);
    await shop.setState("paused");
    expect(await (await answered.present()).text()).toBe("answer 1");
    expect([begun.response.status, await (await begun.present()).text()]).toEqual([500, "answer 3"]);
    const refused = await fetch(shop.url("/now"), { headers: unused });
    expect([refused.status, (await refused.json()).code]).toEqual([503, "endpoint_paused"]);
    expect(refused.headers.get("retry-after")).toBeTruthy();
    await expect.poll(shop.unpaid).toEqual([503, "endpoint_paused"]);
    await shop.setState("live");
    expect(await (await fetch(shop.url("/now"), { headers: unused })).text()).toBe("answer 4");
  });

  it("while its merchant is suspended, for whom nothing is sold, which is told before anybody signs", async () => {
    const shop = await editableShop();
    const { present } = await pay(shop.url("/now"), payerKey);
    await shop.suspend();
    await expect.poll(shop.unpaid).toEqual([503, "merchant_suspended"]);
    expect(await (await present()).text()).toBe("answer 1");
  });

  it("but a payment that was not charged is not worked for any more once its endpoint is deleted", async () => {
    const shop = await editableShop(() => 500);
    const { response, present } = await pay(shop.url("/now"), payerKey);
    expect(response.status).toBe(500);
    await shop.setState("deleted");
    expect((await present()).status).toBe(404);
    expect(shop.calls()).toBe(1);
  });
});
