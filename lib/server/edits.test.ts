import { decodePaymentRequiredHeader } from "@x402/core/http";
import { eq } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { describe, expect, inject, it, onTestFinished } from "vitest";
import { endpoints, endpointVersions, type StoredPayout, type StoredRule } from "@/lib/db/schema";
import { openShop, pay, signPayment } from "./shop.fixture";

const payerKey = inject("local").payerKey as `0x${string}`;
const priced = (price: string): StoredRule[] => [{ method: "*", path: "/*path", priceMicroUsd: price }];

/** A shop that counts its upstream's calls, and whose merchant can edit or delete the endpoint. */
async function editableShop(status: () => number = () => 200) {
  let calls = 0;
  const shop = await openShop((_, response) => {
    calls += 1;
    response.writeHead(status()).end(`answer ${calls}`);
  });
  onTestFinished(() => shop.close());
  const { db } = shop.parts.database;
  const mine = eq(endpoints.id, shop.endpointId);
  return {
    ...shop,
    calls: () => calls,
    async edit(change: { rules?: StoredRule[]; payouts?: StoredPayout[]; charge?: "after" | "before" }) {
      const [before] = await db
        .select()
        .from(endpointVersions)
        .where(eq(endpointVersions.endpointId, shop.endpointId));
      if (!before) throw new Error("The shop has no version");
      await db.insert(endpointVersions).values({ ...before, ...change, version: 2, createdAt: new Date() });
      await db.update(endpoints).set({ version: 2 }).where(mine);
    },
    remove: () => db.update(endpoints).set({ state: "deleted" }).where(mine),
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

  it("of the time of charging keeps to what was quoted: nobody who accepted to pay after the call pays before it", async () => {
    const shop = await editableShop(() => 500);
    const headers = await signPayment(await fetch(shop.url("/now")), payerKey);
    await shop.edit({ charge: "before" });
    expect((await fetch(shop.url("/now"), { headers })).status).toBe(500);
    expect(await shop.payments()).toMatchObject([{ money: "held", charge: "after", endpointVersion: 1 }]);
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
    expect((await fetch(shop.url("/now"))).status).toBe(404);
  });

  it("after its endpoint is deleted, where nobody can buy anything any more", async () => {
    const shop = await editableShop();
    const { present } = await pay(shop.url("/now"), payerKey);
    const unused = await signPayment(await fetch(shop.url("/now")), payerKey);
    await shop.remove();
    expect(await (await present()).text()).toBe("answer 1");
    expect((await fetch(shop.url("/now"))).status).toBe(404);
    expect((await fetch(shop.url("/now"), { headers: unused })).status).toBe(404);
    expect(shop.calls()).toBe(1);
  });

  it("but a payment that was not charged is not worked for any more once its endpoint is deleted", async () => {
    const shop = await editableShop(() => 500);
    const { response, present } = await pay(shop.url("/now"), payerKey);
    expect(response.status).toBe(500);
    await shop.remove();
    expect((await present()).status).toBe(404);
    expect(shop.calls()).toBe(1);
  });
});
