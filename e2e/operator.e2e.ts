import { setOperator } from "@/lib/merchants/operator";
import { pay } from "@/lib/server/commands/pay";
import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

test("how the whole of Farebox does is shown to operators, and is a page that does not exist for others", async ({
  page,
  facts,
  parts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({});
  await merchant.signIn(page);
  expect((await page.goto("/operator"))?.status()).toBe(404);
  await page.goto("/overview");
  await page.getByRole("button", { name: merchant.name }).click();
  await expect(page.getByRole("menuitem", { name: "Settings" })).toBeVisible();
  await expect(page.getByRole("menuitem", { name: "Operator" })).toHaveCount(0);

  expect(await setOperator(parts.database.db, merchant.email, true)).toBe(true);
  expect(await pay(`${merchant.endpoints[0]?.gatewayUrl}/now`, facts.payerKey, () => {})).toBe(true);
  await page.goto("/overview");
  await page.getByRole("button", { name: merchant.name }).click();
  await page.getByRole("menuitem", { name: "Operator" }).click();
  await expect(page.getByRole("heading", { name: "Operator", level: 1 })).toBeVisible();
  await expect(page.getByRole("heading", { name: "Payments that wait" })).toBeVisible();
  const rpcs = page.getByRole("region", { name: "RPCs and facilitator of Base Sepolia" });
  await expect(rpcs.getByRole("row").nth(1)).toContainText(/127\.0\.0\.1:\d+.*Well/);
  await expect(page.getByText(/Gas left for [\d,]+ settlements/)).toBeVisible();
  // The worker sweeps within seconds; the page is read again by itself.
  const swept = page.getByRole("region", { name: "How far the chain was compared" });
  await expect(swept).toContainText("Transfers swept", { timeout: 30_000 });
  await expectAccessible(page);

  await setOperator(parts.database.db, merchant.email, false);
  expect((await page.goto("/operator"))?.status()).toBe(404);
});
