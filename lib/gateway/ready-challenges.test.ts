import { expect, test } from "vitest";
import type { EndpointTerms } from "./ports";
import type { Quote } from "./quote";
import { openReadyChallenges } from "./ready-challenges";

const address = `0x${"1".repeat(40)}` as const;
const challenge = { header: "e30=", beginning: "{" };
const rule = { method: "GET", path: "/now", priceMicroUsd: 1n };
const source = { rule, sellerName: "Ada" };
const terms: EndpointTerms = {
  ...{ version: 1, name: "Shop", description: "", upstream: "http://127.0.0.1" },
  ...{ charge: "after", upstreamTimeoutMs: 1_000, rules: [rule], payouts: [], secretHeaders: {} },
};

function quoteOn(...networks: `eip155:${number}`[]): Quote {
  const money = { amount: 1n, asset: address, payTo: address, maxTimeoutSeconds: 60, extra: {} };
  const offers = networks.map((network) => ({ scheme: "exact", network, v1Network: null, ...money }));
  return { terms, rule: "GET /now", priceMicroUsd: 1n, offers };
}

test("a 402 of another version or under another name is not what was asked for (F3)", () => {
  const ready = openReadyChallenges();
  const quote = quoteOn("eip155:8453");
  ready.keep("GET shop/now", source, quote, challenge);
  const find = (other: Partial<typeof source>) =>
    ready.find("GET shop/now", { ...source, ...other }, () => quote);
  expect(find({})).toEqual(challenge);
  expect(find({ rule: { ...rule } })).toBeNull();
  expect(find({ sellerName: "Bob" })).toBeNull();
});

test("a 402 lasts while the same networks are offered, and a second at most when they change (J1)", async () => {
  const ready = openReadyChallenges();
  ready.keep("GET shop/now", source, quoteOn("eip155:8453", "eip155:1"), challenge);
  const find = (quote: Quote | null) => ready.find("GET shop/now", source, () => quote);
  expect(find(quoteOn("eip155:1"))).toEqual(challenge);
  await expect.poll(() => find(quoteOn("eip155:1")), { timeout: 5_000 }).toBeNull();
  expect(find(null)).toBeNull();
  expect(find(quoteOn("eip155:8453", "eip155:1"))).toEqual(challenge);
});
