import { once } from "node:events";
import { createServer } from "node:http";
import { eq } from "drizzle-orm";
import { settlements } from "@/lib/db/schema";
import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

const PRICE = { method: "GET", path: "/weather", price: "2.50" };

test("a person pays in the browser and gets the content, a receipt, and the same answer after a reload", async ({
  page,
  wallet,
  parts,
  mintMerchant,
}) => {
  const { name, endpoints } = await mintMerchant({ name: "Weather", rules: [PRICE] });
  const [endpoint] = endpoints;
  await wallet.fund("5");
  await wallet.installIn(page);

  await page.goto(`${endpoint?.gatewayUrl}/weather?city=Oslo`);
  await expectAccessible(page);
  await page.getByRole("link", { name: /Pay/ }).click();
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await expect(page.getByText("2.5 USDC")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pay $2.50" }).click();

  await expect(page.getByText(`You paid $2.50 to ${name}`)).toBeVisible();
  await expect(page.getByLabel("What you paid for")).toHaveValue(/"city": "Oslo"/);
  await expectAccessible(page);
  const saved = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save weather.json" }).click();
  expect((await saved).suggestedFilename()).toBe("weather.json");

  const ofEndpoint = eq(settlements.endpointId, endpoint?.id ?? "");
  const settled = () => parts.database.db.select().from(settlements).where(ofEndpoint);
  expect(await settled()).toMatchObject([{ payer: wallet.address, amount: 2_500_000n }]);

  wallet.rejectNext();
  await page.reload();
  await expect(page.getByLabel("What you paid for")).toHaveValue(/"city": "Oslo"/);
  expect(await settled()).toHaveLength(1);
});

test("a person who declines, stands on another network or holds too little is told what to do", async ({
  page,
  wallet,
  mintMerchant,
}) => {
  const { endpoints } = await mintMerchant({ rules: [PRICE] });
  await wallet.fund("1");
  wallet.useChain(1);
  await wallet.installIn(page);
  await page.goto(`/pay/${endpoints[0]?.slug}/weather`);

  wallet.rejectNext();
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await expect(page.getByText(/You declined the request in your wallet/)).toBeVisible();
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await expect(page.getByText("Your wallet is on another network")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Switch to Base Sepolia" }).click();

  await expect(page.getByText("For this call $1.50 is missing.")).toBeVisible();
  await expectAccessible(page);
  await wallet.fund("3");
  await page.getByRole("button", { name: "Look again" }).click();

  wallet.rejectNext();
  await page.getByRole("button", { name: "Pay $2.50" }).click();
  await expect(page.getByText(/You declined the request in your wallet/)).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pay $2.50" }).click();
  await expect(page.getByText(/You paid \$2.50/)).toBeVisible();
});

test("somebody without a wallet is told how to get one", async ({ page, mintMerchant }) => {
  const { endpoints } = await mintMerchant({ rules: [PRICE] });
  await page.goto(`/pay/${endpoints[0]?.slug}/weather`);
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await expect(page.getByText(/No wallet was found in this browser/)).toBeVisible();
});

test("a seller's server that fails costs nothing, and the same payment asks again", async ({
  page,
  wallet,
  parts,
  mintMerchant,
}) => {
  const { endpoints } = await mintMerchant({ rules: [{ method: "GET", path: "/fail", price: "0.01" }] });
  await wallet.fund("1");
  await wallet.installIn(page);
  await page.goto(`/pay/${endpoints[0]?.slug}/fail`);
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await page.getByRole("button", { name: "Pay $0.01" }).click();
  await expect(page.getByText("The seller's server answered 500, so you were not charged.")).toBeVisible();
  await expectAccessible(page);

  wallet.rejectNext();
  await page.getByRole("button", { name: "Ask again with the same payment" }).click();
  await expect(page.getByText("The seller's server answered 500, so you were not charged.")).toBeVisible();
  const ofEndpoint = eq(settlements.endpointId, endpoints[0]?.id ?? "");
  expect(await parts.database.db.select().from(settlements).where(ofEndpoint)).toEqual([]);
});

test("a payment whose outcome is not known yet is presented again, the same one, until it is", async ({
  page,
  wallet,
  parts,
  mintMerchant,
}) => {
  const { endpoints } = await mintMerchant({ rules: [PRICE] });
  await wallet.fund("5");
  await wallet.installIn(page);
  const presented: (string | undefined)[] = [];
  await page.route("**/g/**", async (route) => {
    const payment = route.request().headers()["payment-signature"];
    if (payment !== undefined) presented.push(payment);
    if (presented.length !== 1) return route.continue();
    const body = JSON.stringify({ code: "settlement_pending", detail: "Not known yet." });
    return route.fulfill({
      status: 503,
      headers: { "content-type": "application/problem+json", "retry-after": "1" },
      body,
    });
  });
  await page.goto(`/pay/${endpoints[0]?.slug}/weather`);
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await page.getByRole("button", { name: "Pay $2.50" }).click();
  await expect(page.getByText(/You paid \$2.50/)).toBeVisible();
  expect(new Set(presented).size).toBe(1);
  expect(presented.length).toBeGreaterThan(1);
  const ofEndpoint = eq(settlements.endpointId, endpoints[0]?.id ?? "");
  expect(await parts.database.db.select().from(settlements).where(ofEndpoint)).toHaveLength(1);
});

test("a page that was paid for is shown without its scripts, and a picture as a picture", async ({
  page,
  wallet,
  mintMerchant,
}) => {
  const upstream = createServer((request, response) => {
    const picture = request.url === "/picture";
    response.setHeader("content-type", picture ? "image/svg+xml" : "text/html");
    response.end(
      picture
        ? "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'/>"
        : "<h1>Story</h1><script>parent.document.title = document.body.textContent = 'owned'</script>",
    );
  }).listen(0, "127.0.0.1");
  await once(upstream, "listening");
  const address = upstream.address();
  const port = typeof address === "object" ? address?.port : null;
  const rules = [{ method: "GET", path: "/:what", price: "0.01" }];
  const { endpoints } = await mintMerchant({ upstream: `http://127.0.0.1:${port}`, rules });
  await wallet.fund("1");
  await wallet.installIn(page);

  await page.goto(`/pay/${endpoints[0]?.slug}/page`);
  await page.getByRole("button", { name: "Connect wallet" }).click();
  await page.getByRole("button", { name: "Pay $0.01" }).click();
  const frame = page.frameLocator("iframe[title='What you paid for']");
  await expect(frame.getByRole("heading", { name: "Story" })).toBeVisible();
  expect(await page.title()).not.toBe("owned");

  await page.goto(`/pay/${endpoints[0]?.slug}/picture`);
  await page.getByRole("button", { name: "Pay $0.01" }).click();
  const picture = page.getByRole("img", { name: "What you paid for" });
  await expect(picture).toHaveJSProperty("naturalWidth", 9);
  upstream.close();
});

test("an address where nothing is sold says so", async ({ page }) => {
  await page.goto("/pay/nobody-sells-this");
  await expect(page.getByRole("heading", { name: "Nothing is sold here" })).toBeVisible();
  await expectAccessible(page);
});
