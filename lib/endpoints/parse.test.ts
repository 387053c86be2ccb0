import { describe, expect, it } from "vitest";
import { mintAddress, NETWORK, OTHER_NETWORK, parseContext, typed } from "./fixture";
import type { EndpointInput } from "./input";
import { parseEndpoint } from "./parse";

const USDC = "0x036CbD53842c5426634e7929541eC2318f3dCF7e";
const CHECKSUMMED = "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed";

async function errorsOf(over: Partial<EndpointInput>, context = parseContext()) {
  const parsed = await parseEndpoint(typed(over), context);
  return parsed.ok ? {} : parsed.errors;
}

const rule = (over: Partial<EndpointInput["rules"][number]>): Partial<EndpointInput> => ({
  rules: [{ method: "GET", path: "/now", price: "0.01", ...over }],
});
const payTo = (address: string): Partial<EndpointInput> => ({
  payouts: [{ network: NETWORK, payTo: address }],
});
const header = (name: string, value = "secret"): Partial<EndpointInput> => ({ headers: [{ name, value }] });

describe("parseEndpoint", () => {
  it("accepts a right form and stores the price as micro-dollars", async () => {
    const parsed = await parseEndpoint(
      typed({ slug: "  Weather-NOW ", upstream: "https://a.example/v1/" }),
      parseContext(),
    );
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        slug: "weather-now",
        upstream: "https://a.example/v1",
        charge: "after",
        upstreamTimeoutMs: 30_000,
        rules: [{ method: "GET", path: "/now", priceMicroUsd: "10000" }],
      },
    });
  });

  it.each([
    ["0", /above 0/],
    ["-1", /negative/],
    ["1e-7", /plain decimal/],
    ["0.0000001", /6 decimal places/],
    ["NaN", /plain decimal/],
    ["Infinity", /plain decimal/],
    ["0x10", /plain decimal/],
    ["", /Enter a price/],
    ["1,5", /plain decimal/],
    ["9".repeat(20), /at most/],
  ])("refuses the price %s (F7)", async (price, sentence) => {
    expect(await errorsOf(rule({ price }))).toEqual({ "rules.0.price": expect.stringMatching(sentence) });
  });

  it("refuses a price that covers the gas of no network it can be paid on (F7, J1)", async () => {
    const payouts = [NETWORK, OTHER_NETWORK].map((network) => ({ network, payTo: mintAddress() }));
    const lowest = new Map([
      [NETWORK, 20_000n],
      [OTHER_NETWORK, 10_001n],
    ]);
    const lowestPrice = async (network: string) => lowest.get(network) ?? 0n;
    expect(await errorsOf({ payouts }, parseContext({ lowestPrice }))).toEqual({
      "rules.0.price": expect.stringMatching(/less than \$0\.010001 .+ Charge at least that\.$/),
    });
    lowest.set(OTHER_NETWORK, 10_000n);
    expect(await errorsOf({ payouts }, parseContext({ lowestPrice }))).toEqual({});
  });

  it("refuses a rule that is free and has a price", async () => {
    expect(await errorsOf(rule({ free: true }))).toHaveProperty("rules.0.price");
  });

  it.each([
    // Row D19 refuses every contract. A company's treasury often is one, a Safe with several keys, and what it is sent is
    // not lost; so those that nobody can spend from are refused, and at any other a person is warned as they type.
    ["the empty text", "", /Enter the address/],
    ["a text that is no address", "0x1234", /40 hexadecimal/],
    ["a name", "ada.eth", /enter the address itself/],
    ["a private key", `0x${"ab".repeat(32)}`, /private key/],
    ["a bad checksum", CHECKSUMMED.replace("5aAeb", "5aaeb"), /checksum/],
    ["the zero address", `0x${"0".repeat(40)}`, /zero address/],
    ["the token", USDC, /token itself/],
    ["the token in lower case", USDC.toLowerCase(), /token itself/],
    ["our relayer", "0x19E7E376E7C213B7E7e7e46cc70A5dD086DAff2A", /relayer/],
    ["Permit2", "0x000000000022D473030F116dDEE9F6B43aC78BA3", /Permit2/],
    ["Multicall3", "0xcA11bde05977b3631167028862bE2a173976CA11", /Multicall3/],
  ])("refuses %s as a payout address (D19)", async (_, address, sentence) => {
    expect(await errorsOf(payTo(address))).toEqual({ "payouts.0.payTo": expect.stringMatching(sentence) });
  });

  it("refuses an address that the token's issuer has blocked, on the network where it is (D16)", async () => {
    const context = parseContext({ isBlocked: async (network) => network === OTHER_NETWORK });
    const payouts = [NETWORK, OTHER_NETWORK].map((network) => ({ network, payTo: mintAddress() }));
    expect(await errorsOf({ payouts }, context)).toEqual({
      "payouts.1.payTo": expect.stringMatching(/its issuer has blocked it/),
    });
  });

  it("gives an address in lower case its checksum", async () => {
    const parsed = await parseEndpoint(typed(payTo(CHECKSUMMED.toLowerCase())), parseContext());
    expect(parsed).toMatchObject({ ok: true, value: { payouts: [{ payTo: CHECKSUMMED }] } });
  });

  it.each([
    [
      "a network that is not configured",
      [{ network: "eip155:1", payTo: mintAddress() }],
      "payouts.0.network",
    ],
    [
      "a network twice",
      [mintAddress(), mintAddress()].map((to) => ({ network: NETWORK, payTo: to })),
      "payouts.1.network",
    ],
    ["no payout for a price", [], "payouts"],
  ])("refuses %s", async (_, payouts, field) => {
    expect(Object.keys(await errorsOf({ payouts }))).toEqual([field]);
  });

  it("accepts a payout on every network and none for an endpoint that is free", async () => {
    const payouts = [NETWORK, OTHER_NETWORK].map((network) => ({ network, payTo: mintAddress() }));
    expect(await errorsOf({ payouts })).toEqual({});
    expect(await errorsOf({ payouts: [], rules: [{ path: "/{*rest}", free: true }] })).toEqual({});
  });

  it.each([
    ["now", /begins with \//],
    ["/files/*", /needs a name/],
    ["/items/:", /needs a name/],
    ["/items/:id?", /braces/],
    ["/items?sort=up", /query/],
    ["/items#top", /#/],
    ["/items/:id(\\d+)", /without brackets/],
    ["/items+", /\+/],
    ["/items{/:id", /brace/],
    ["/a//b", /slashes/],
    ["/a/../b", /segments/],
    ["/a%2Fb", /decoded/],
    ["/a;b", /never matches/],
    ["/a\u0000b", /never matches/],
    [`/${"a".repeat(200)}`, /200 characters/],
  ])("refuses the path %s", async (path, sentence) => {
    expect(await errorsOf(rule({ path }))).toEqual({ "rules.0.path": expect.stringMatching(sentence) });
  });

  it.each([
    "/",
    "/now",
    "/items/:id",
    "/items{/:id}",
    "/files/*rest",
    "/{*rest}",
    "/a b/é",
    "/:from-:to.json",
  ])("accepts the path %s", async (path) => {
    expect(await errorsOf(rule({ path }))).toEqual({});
  });

  it("names the rule that makes a later one useless", async () => {
    const rules = ["/now", "/other", "/Now/"].map((path) => ({ method: "GET", path, price: "1" }));
    expect(await errorsOf({ rules })).toEqual({ "rules.2.path": expect.stringMatching(/^Rule 1 /) });
  });

  it.each([
    ["HEAD", /rule for GET/],
    ["OPTIONS", /itself/],
    ["FETCH", /Choose GET/],
    ["", /Choose GET/],
  ])("refuses the method %s", async (method, sentence) => {
    expect(await errorsOf(rule({ method }))).toEqual({ "rules.0.method": expect.stringMatching(sentence) });
  });

  it("refuses an endpoint without rules and one with more than fifty", async () => {
    expect(await errorsOf({ rules: [] })).toEqual({ rules: expect.stringMatching(/Add a rule/) });
    const rules = Array.from({ length: 51 }, (_, at) => ({ path: `/${at}`, price: "1" }));
    expect(await errorsOf({ rules })).toEqual({ rules: expect.stringMatching(/at most 50/) });
  });

  it.each([
    ["ab", /3 to 40/],
    ["a".repeat(41), /3 to 40/],
    ["with space", /letters a to z/],
    ["-ab", /begins and ends/],
    ["a--b", /single hyphens/],
    ["api", /reserved/],
  ])("refuses the slug %s", async (slug, sentence) => {
    expect(await errorsOf({ slug })).toEqual({ slug: expect.stringMatching(sentence) });
  });

  it.each([
    ["", /Enter the URL/],
    ["api.example.com", /begins with https/],
    ["https://", /not a URL/],
    ["https://a.example/?key=1", /query/],
    ["https://a.example/#top", /#/],
    [`https://a.example/${"a".repeat(2_048)}`, /2,048/],
  ])("refuses the upstream %s", async (upstream, sentence) => {
    expect(await errorsOf({ upstream })).toEqual({ upstream: expect.stringMatching(sentence) });
  });

  it("refuses an upstream the guarding client would not call, in that client's words", async () => {
    const context = parseContext({ checkUpstreamUrl: async () => ({ ok: false, reason: "Private." }) });
    expect(await errorsOf({ upstream: "http://10.0.0.1" }, context)).toEqual({ upstream: "Private." });
  });

  it.each([
    "Host",
    "content-length",
    "Connection",
    "PAYMENT-SIGNATURE",
    "X-Payment",
    "X_Forwarded_For",
    "Idempotency-Key",
    "with space",
    "line\nbreak",
    "",
  ])("refuses the secret header %j", async (name) => {
    expect(Object.keys(await errorsOf(header(name)))).toEqual(["headers.0.name"]);
  });

  it("refuses a header value that would begin another header", async () => {
    expect(await errorsOf(header("X-Key", "a\r\nHost: evil"))).toHaveProperty("headers.0.value");
  });

  it("keeps a stored header by name only, and asks for the value of one that is not stored", async () => {
    const headers = ["x-key", "X-Other"].map((name) => ({ name, keep: true }));
    const context = parseContext({ storedHeaderNames: ["X-Key"] });
    expect(await errorsOf({ headers }, context)).toEqual({ "headers.1.value": expect.any(String) });
  });

  it.each(["0", "121", "1.5", "-1", "soon", ""])("refuses the timeout %j", async (upstreamTimeout) => {
    expect(Object.keys(await errorsOf({ upstreamTimeout }))).toEqual(["upstreamTimeout"]);
  });

  it("tells everything that is wrong at once", async () => {
    const errors = await errorsOf({
      name: " ",
      slug: "x",
      upstream: "",
      charge: "never",
      description: "a".repeat(501),
    });
    expect(Object.keys(errors).sort()).toEqual(["charge", "description", "name", "slug", "upstream"]);
  });

  it("refuses a form of another shape by field", async () => {
    const wrong = JSON.parse(
      '{"name":1,"upstream":"https://a.example","rules":[{"path":"/a","price":0.01}]}',
    );
    const parsed = await parseEndpoint(wrong, parseContext());
    expect(parsed.ok ? [] : Object.keys(parsed.errors).sort()).toEqual(["name", "rules.0.price"]);
  });
});
