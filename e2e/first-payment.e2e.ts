import { randomUUID } from "node:crypto";
import { eq } from "drizzle-orm";
import { merchants, settlements } from "@/lib/db/schema";
import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

test("three screens lead from signing up to a paid call, settled on chain", async ({ page, parts }) => {
  const name = `Clockmakers ${randomUUID().slice(0, 8)}`;
  const screens = new Set<string>();
  page.on("framenavigated", (frame) => {
    if (frame === page.mainFrame()) screens.add(new URL(frame.url()).pathname);
  });

  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Email").fill(`${randomUUID()}@example.com`);
  await page.getByLabel("Password").fill("four words in a row");
  await page.getByRole("button", { name: "Create account" }).click();
  await page.getByRole("button", { name: "Create the demo endpoint" }).click();
  await page.getByRole("button", { name: "Send a test payment" }).click();

  const hops = page.getByRole("main").getByRole("list").filter({ hasText: "402 received" });
  await expect(hops.getByRole("listitem")).toHaveText([
    /^402 received · [\d,]+ ms$/,
    /^signed · [\d,]+ ms$/,
    /^verified · [\d,]+ ms$/,
    /^upstream 200 · [\d,]+ ms$/,
    /^settled in block \d+ · [\d,]+ ms$/,
    /^answer delivered · [\d,]+ ms$/,
  ]);
  expect(screens.size).toBe(3);
  await expect(page.getByText("Paid and answered")).toBeVisible();
  await expect(page.getByLabel("What was sent back")).toHaveValue(/"now": "\d{4}-/);
  await expect(page.getByRole("region", { name: "Recent payments" }).getByRole("row")).toHaveCount(2);
  await expectAccessible(page);

  const settled = await parts.database.db
    .select({ amount: settlements.amount, txHash: settlements.txHash })
    .from(settlements)
    .innerJoin(merchants, eq(merchants.id, settlements.merchantId))
    .where(eq(merchants.name, name));
  expect(settled).toMatchObject([{ amount: 10_000n }]);
  await expect(page.getByTitle(settled[0]?.txHash ?? "").first()).toBeVisible();
});

test("a test payment that the server refuses is told in plain words and charges nothing", async ({
  page,
  parts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({ rules: [{ method: "GET", path: "/fail", price: "0.01" }] });
  await merchant.signIn(page);
  await page.goto(`/endpoints/${merchant.endpoints[0]?.id}`);
  await page.getByRole("button", { name: "Send a test payment" }).click();
  await expect(page.getByText("Your server answered 500, so nothing was charged.")).toBeVisible();
  await expect(page.getByText("What the caller was sent")).toBeVisible();
  await expectAccessible(page);
  const ofEndpoint = eq(settlements.endpointId, merchant.endpoints[0]?.id ?? "");
  expect(await parts.database.db.select().from(settlements).where(ofEndpoint)).toEqual([]);
});
