import { afterAll, describe, expect, inject, it } from "vitest";
import { type MerchantId, newId } from "@/lib/ids";
import { openShop, type ShopOptions } from "@/lib/server/shop.fixture";
import type { TestEvent } from "./events";
import { payForTest } from "./pay";

const shops: { close(): Promise<void> }[] = [];
afterAll(() => Promise.all(shops.map((shop) => shop.close())));

async function openTestShop(upstream: Parameters<typeof openShop>[0], options: ShopOptions = {}) {
  const shop = await openShop(upstream, options);
  shops.push(shop);
  const env = { ...shop.parts.env, FAREBOX_TEST_PAYER_KEY: inject("local").payerKey };
  const send = async (merchantId: MerchantId, call: { path: string; method?: string; body?: string }) => {
    const events: TestEvent[] = [];
    const { path, method = "GET", body = null } = call;
    const wanted = { url: shop.url(path), method, body };
    for await (const event of payForTest({ ...shop.parts, env }, merchantId, wanted)) events.push(event);
    return events;
  };
  return { ...shop, send: (call: Parameters<typeof send>[1]) => send(shop.merchantId, call), sendAs: send };
}

const steps = (events: TestEvent[]) => events.map((event) => (event.kind === "paid" ? "paid" : event.step));

describe("a test payment", () => {
  it("tells every hop in the order it happened, and ends with the answer and the transaction", async () => {
    const shop = await openTestShop((_, response) =>
      response.setHeader("content-type", "text/plain").end("noon"),
    );
    const events = await shop.send({ path: "/now" });
    expect(steps(events)).toEqual([
      ...["challenge", "signature", "verification", "upstream", "settlement", "delivery", "paid"],
    ]);
    const [settlement] = await shop.settlements();
    expect(events.at(-1)).toMatchObject({
      kind: "paid",
      status: 200,
      body: { kind: "text", text: "noon", cut: false },
      txHash: settlement?.txHash,
      paymentId: settlement?.paymentId,
    });
    expect(events).toContainEqual(
      expect.objectContaining({ text: `settled in block ${settlement?.blockNumber}` }),
    );
  });

  it("shows the settlement before the call where the endpoint charges before", async () => {
    const shop = await openTestShop((_, response) => setTimeout(() => response.end("late"), 200), {
      charge: "before",
    });
    const events = await shop.send({ path: "/now" });
    expect(steps(events).slice(2, 5)).toEqual(["verification", "settlement", "upstream"]);
  });

  it("sends the method and the body it was given", async () => {
    const shop = await openTestShop(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk);
      response.end(`${request.method} ${request.headers["content-type"]} ${Buffer.concat(chunks)}`);
    });
    const events = await shop.send({ path: "/echo", method: "POST", body: '{"a":1}' });
    expect(events.at(-1)).toMatchObject({ body: { text: 'POST application/json {"a":1}' } });
  });

  it("says that a server's error was not charged", async () => {
    const shop = await openTestShop((_, response) => response.writeHead(500).end("no"));
    const events = await shop.send({ path: "/now" });
    expect(events.at(-1)).toMatchObject({
      kind: "failed",
      step: "upstream",
      text: "Your server answered 500, so nothing was charged.",
      body: { text: "no" },
    });
    expect(await shop.settlements()).toEqual([]);
  });

  it.each([
    ["a paused endpoint", { state: "paused" as const }, "/now", /paused this endpoint/],
    ["a free call", {}, "/free/now", /without asking for money/],
    [
      "a path that is not offered",
      { rules: [{ method: "GET", path: "/now", priceMicroUsd: "1" }] },
      "/then",
      /no rule/,
    ],
  ])("is told in plain words at %s, and pays nothing", async (_, options, path, words) => {
    const shop = await openTestShop((_, response) => response.end("noon"), options);
    const events = await shop.send({ path });
    expect(events).toHaveLength(1);
    expect(events[0]).toMatchObject({
      kind: "failed",
      step: "challenge",
      text: expect.stringMatching(words),
    });
    expect(await shop.payments()).toEqual([]);
  });

  it("never shows another merchant's payment", async () => {
    const shop = await openTestShop((_, response) => response.end("noon"));
    const events = await shop.sendAs(newId() as MerchantId, { path: "/now" });
    expect(steps(events)).toEqual(["challenge", "signature", "delivery", "paid"]);
    expect(events.at(-1)).toMatchObject({ paymentId: null });
  });

  it("is refused on a gateway that cannot be reached, without throwing", async () => {
    const shop = await openTestShop((_, response) => response.end("noon"));
    await shop.close();
    const events = await shop.send({ path: "/now" });
    expect(events).toMatchObject([
      { kind: "failed", step: "challenge", text: expect.stringMatching(/broke off/) },
    ]);
  });

  it("cuts an answer that is too large to show", async () => {
    const shop = await openTestShop((_, response) => {
      response.setHeader("content-type", "text/plain").end("x".repeat(100_000));
    });
    const events = await shop.send({ path: "/now" });
    const paid = events.at(-1);
    expect(paid).toMatchObject({ kind: "paid", body: { kind: "text", cut: true } });
  });
});
