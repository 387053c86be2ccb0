import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { CHALLENGE_PAGE_POLICY, type ChallengePage, challengePage } from "./html";

const page: ChallengePage = {
  title: "Current weather",
  description: "Measured within the last ten minutes.",
  seller: "Nimbus",
  priceText: "$0.01",
  networkName: "Base",
  isTest: false,
  payUrl: "https://pay.example/pay/nimbus/now?city=Bern",
  gatewayUrl: "https://pay.example/g/nimbus/now",
};

test("the page says price, seller, title, description and network, and links to where it can be paid", () => {
  const html = challengePage(page);
  for (const text of ["$0.01", "Nimbus", "Current weather", "Measured within", "USDC on Base"]) {
    expect(html).toContain(text);
  }
  expect(html).toContain('href="https://pay.example/pay/nimbus/now?city=Bern"');
});

test("test money is marked as such, live money is not", () => {
  expect(challengePage({ ...page, isTest: true })).toContain("Test network");
  expect(challengePage(page)).not.toContain("Test network");
});

test("the page is one document under 8 kB without script", () => {
  const html = challengePage({ ...page, title: "T".repeat(60), description: "d".repeat(500) });
  expect(Buffer.byteLength(html)).toBeLessThan(8_000);
  expect(html).not.toMatch(/<script|<link|<img|@import|url\(|\son\w+=/i);
});

test("stored XSS: no value a merchant or caller chose becomes markup", () => {
  const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>&lt;`;
  const fields = [
    "title",
    "description",
    "seller",
    "priceText",
    "networkName",
    "payUrl",
    "gatewayUrl",
  ] as const;
  for (const field of fields) {
    const html = challengePage({ ...page, [field]: field === "payUrl" ? `/pay/${evil}` : evil });
    expect(html).not.toMatch(/<script|<img/i);
    expect(html.match(/<[a-z]/gi)?.length).toBe(challengePage(page).match(/<[a-z]/gi)?.length);
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;");
  }
});

test("stored XSS: a link that a browser would run is left out", () => {
  for (const payUrl of [
    "javascript:alert(1)",
    "JAVASCRIPT:alert(1)",
    " javascript:alert(1)",
    "data:text/html,x",
  ]) {
    expect(challengePage({ ...page, payUrl })).toContain('href=""');
  }
});

test("the policy lets exactly the page's own style through", () => {
  const style = /<style>([\s\S]*?)<\/style>/.exec(challengePage(page))?.[1] ?? "";
  const hash = createHash("sha256").update(style).digest("base64");
  expect(CHALLENGE_PAGE_POLICY).toContain(`style-src 'sha256-${hash}'`);
  expect(CHALLENGE_PAGE_POLICY).toContain("default-src 'none'");
});
