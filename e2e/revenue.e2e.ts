import { readFile } from "node:fs/promises";
import type { Page } from "@playwright/test";
import { createPublicClient, http, parseAbi } from "viem";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import { formatUsd, parsePrice } from "@/lib/money";
import { parseCsv } from "@/lib/revenue/fixture";
import { pay } from "@/lib/server/commands/pay";
import { expectAccessible } from "./accessibility";
import { expect, type SeededMerchant, test } from "./fixtures";
import type { InstanceFacts } from "./instance";

const PRICES = ["0.01", "0.000001", "0.75"];
const TRANSFER = parseAbi(["event Transfer(address indexed from, address indexed to, uint256 value)"]);

function unitsIn(text: string | null): bigint {
  const [amount = ""] = /\$[\d,.]+\d/.exec(text ?? "") ?? [];
  const price = parsePrice(amount);
  if (!price.ok) throw new Error(`No amount in "${text}"`);
  return price.microUsd;
}

const sum = (all: readonly bigint[]) => all.reduce((a, b) => a + b, 0n);

async function units(page: Page, selector: string): Promise<bigint[]> {
  return (await page.locator(selector).allTextContents()).map(unitsIn);
}

/** What the chain itself says came to an address. */
async function onChain({ rpcUrl, token }: InstanceFacts, payTo: `0x${string}`): Promise<bigint> {
  const client = createPublicClient({ transport: http(rpcUrl) });
  const logs = await client.getContractEvents({
    address: token,
    abi: TRANSFER,
    args: { to: payTo },
    fromBlock: 0n,
  });
  return sum(logs.map((log) => log.args.value ?? 0n));
}

async function download(page: Page, name: RegExp): Promise<{ file: string; rows: Record<string, string>[] }> {
  const [event] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("link", { name }).click(),
  ]);
  return { file: event.suggestedFilename(), rows: parseCsv(await readFile(await event.path(), "utf8")) };
}

/** Sells three prices of one API and makes paid calls, one of which the upstream refuses. */
async function sellAndPay(
  mintMerchant: (...endpoints: object[]) => Promise<SeededMerchant>,
  facts: InstanceFacts,
): Promise<SeededMerchant & { payTo: `0x${string}` }> {
  const payTo = privateKeyToAddress(generatePrivateKey());
  const payouts = [{ network: `eip155:${facts.chainId}`, payTo }];
  const merchant = await mintMerchant(
    ...PRICES.map((price, at) => ({
      slug: `priced-${at}`,
      name: `Priced at ${price}`,
      payouts,
      rules: [{ method: "GET", path: "/*path", price }],
    })),
  );
  for (const { gatewayUrl } of merchant.endpoints) {
    for (const path of ["now", "weather?city=Oslo"]) {
      expect(await pay(`${gatewayUrl.replace(/\/$/, "")}/${path}`, facts.payerKey, () => {})).toBe(true);
    }
  }
  const [first] = merchant.endpoints;
  expect(await pay(`${first?.gatewayUrl.replace(/\/$/, "")}/fail`, facts.payerKey, () => {})).toBe(false);
  return { ...merchant, payTo };
}

test("headline, chart, table, CSV and chain agree after real paid calls", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await sellAndPay(mintMerchant, facts);
  const expected = 2n * sum(PRICES.map((price) => unitsIn(`$${price}`)));
  expect(await onChain(facts, merchant.payTo)).toBe(expected);

  await merchant.signIn(page);
  await page.goto("/overview?range=7d");
  const headline = "main dl > div:first-child dd > span:first-child";
  await expect(page.locator(headline)).toBeVisible();
  expect(await units(page, headline)).toEqual([expected]);
  expect(await units(page, "figcaption strong")).toEqual([expected]);
  expect(sum(await units(page, "figure li"))).toBe(expected);
  await page.locator('rect[fill="url(#still-running)"]').first().hover();
  await expect(page.locator(".recharts-tooltip-wrapper")).toContainText(`6 payments${formatUsd(expected)}`);

  const { rows, file } = await download(page, /^Download CSV/);
  expect(file).toMatch(/^farebox-shop-[a-z0-9-]+-test-\d{4}-\d\d-\d\d-to-\d{4}-\d\d-\d\d\.csv$/);
  expect(sum(rows.map((row) => BigInt(row.amount_atomic ?? "")))).toBe(expected);
  expect(sum(rows.map((row) => unitsIn(`$${row.amount}`)))).toBe(expected);

  await page.getByRole("link", { name: "See the payments" }).click();
  await page.waitForURL("**/payments?*");
  await expect(page.locator("tbody tr")).toHaveCount(6);
  const table = await units(page, "tbody td:nth-child(4)");
  expect([table.length, sum(table)]).toEqual([6, expected]);
  expect(unitsIn(await page.locator("footer").textContent())).toBe(expected);
  expect(rows.map((row) => row.tx_hash?.slice(0, 6)).reverse()).toEqual(
    (await page.locator("tbody td:nth-child(7)").allTextContents()).map((text) => text.slice(0, 6)),
  );
});

test("what was paid for and not delivered is shown as owed until it is (B12)", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({
    charge: "before",
    rules: [{ method: "GET", path: "/*path", price: "0.01" }],
  });
  expect(await pay(`${merchant.endpoints[0]?.gatewayUrl}/fail`, facts.payerKey, () => {})).toBe(false);
  await merchant.signIn(page);
  await page.goto("/overview");
  await expect(page.getByText("1 payment is paid, not delivered")).toBeVisible();
  await page.getByRole("link", { name: "See what is owed" }).click();
  await page.waitForURL(/delivery=failed/);
  await page.locator("tbody tr a").first().click();
  await expect(page.getByText("so you owe this answer")).toBeVisible();
  await expect(page.getByText(/present the same payment up to \d more times/)).toBeVisible();
});

test("a filter lives in the URL, narrows table and CSV alike, and can be cleared", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await sellAndPay(mintMerchant, facts);
  await merchant.signIn(page);
  await page.goto("/payments");
  await expect(page.locator("tbody tr")).toHaveCount(7);

  await page.getByLabel("Endpoint", { exact: true }).selectOption({ label: "Priced at 0.01" });
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/endpoint=priced-0-/);
  await expect(page.locator("tbody tr")).toHaveCount(3);

  await page.getByLabel("Money", { exact: true }).selectOption("settled,final");
  await page.getByRole("button", { name: "Filter" }).click();
  await page.waitForURL(/money=settled/);
  await expect(page.locator("tbody tr")).toHaveCount(2);
  await page.reload();
  await expect(page.locator("tbody tr")).toHaveCount(2);
  const { rows } = await download(page, /^Download 2 rows/);
  expect(rows.map((row) => row.endpoint_name)).toEqual(["Priced at 0.01", "Priced at 0.01"]);

  const hash = rows[0]?.tx_hash ?? "";
  await page.goto(`/payments?q=${hash}`);
  await expect(page.locator("tbody tr")).toHaveCount(1);
  await page.goto("/payments?min=0.5&max=0.8");
  await expect(page.locator("tbody tr")).toHaveCount(2);
  await expectAccessible(page);

  await page.getByLabel("Search").fill("0x12");
  await page.getByRole("button", { name: "Filter" }).click();
  await expect(page.getByLabel("Search")).toHaveAccessibleDescription(/Enter a transaction hash/);
  await expect(page.getByText("The filter cannot be read")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("link", { name: "Clear the filter" }).click();
  await expect(page.locator("tbody tr")).toHaveCount(7);
});

test("a payment is reached by keyboard and says what happened and what it means", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await sellAndPay(mintMerchant, facts);
  await merchant.signIn(page);
  await page.goto("/payments?delivery=ready");
  await page.locator("tbody tr").first().getByRole("link").first().focus();
  await page.keyboard.press("Enter");
  await page.waitForURL(/\/payments\/[0-9a-f-]{36}/);
  await expect(page.getByRole("heading", { level: 1 })).toContainText("$0.75");
  await expect(page.getByText("Paid and delivered")).toBeVisible();
  await expect(page.getByText(/^Settled in block/)).toBeVisible();
  await expectAccessible(page);

  await page.goto("/payments?delivery=failed");
  await page.locator("tbody tr").first().getByRole("link").first().click();
  await expect(page.getByText("Not charged")).toBeVisible();
  await expect(page.getByText("Your upstream answered 500.")).toBeVisible();
  await expectAccessible(page);

  const stranger = await mintMerchant({});
  const address = page.url();
  await page.context().clearCookies();
  await stranger.signIn(page);
  expect((await page.goto(address))?.status()).toBe(404);
  await expect(page.getByText("Nothing is here")).toBeVisible();
  for (const unknown of ["/payments/nope", "/endpoints/nope"]) {
    expect((await page.goto(unknown))?.status(), unknown).toBe(404);
  }
});

test("test money is never shown as live money", async ({ page, facts, mintMerchant }) => {
  const merchant = await sellAndPay(mintMerchant, facts);
  await merchant.signIn(page);
  await page.goto("/overview");
  const mark = page.getByRole("complementary").getByText("Test network");
  await expect(mark).toBeVisible();
  await expectAccessible(page);

  await page.getByRole("button", { name: "Live" }).click();
  await expect(page.getByText("No live network is switched on")).toBeVisible();
  await expect(mark).toHaveCount(0);
  await page.goto("/payments?range=all");
  await expect(page.getByText("No payments yet")).toBeVisible();
  await expectAccessible(page);
  const csv = await page.request.get("/payments/export?range=all");
  expect(parseCsv(await csv.text())).toEqual([]);
});

test("a newcomer's overview has one thing to do", async ({ page, mintMerchant }) => {
  const merchant = await mintMerchant();
  await merchant.signIn(page);
  await page.waitForURL("**/overview");
  await expect(page.getByRole("heading", { name: "Three steps to your first payment" })).toBeVisible();
  await expect(page.getByRole("button", { name: "Create the demo endpoint" })).toBeVisible();
  await expectAccessible(page);
});

test("no page is wider than its window, on a phone, a tablet and a desk", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await sellAndPay(mintMerchant, facts);
  await merchant.signIn(page);
  for (const path of [
    "/overview",
    "/overview?from=2026-01-01&to=2026-12-31",
    "/payments",
    "/payments?q=0x",
  ]) {
    await page.goto(path);
    await expect(page.getByRole("heading", { level: 1 })).toBeVisible();
    for (const width of [390, 820, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const over = () => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      await expect.poll(over, `${path} at ${width} px`).toBe(0);
    }
  }
});
