import { expect, test } from "./fixtures";

test("somebody with a wallet signs in, names themselves, and comes back to the same account", async ({
  page,
  wallet,
}) => {
  await wallet.installIn(page);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
  const short = `${wallet.address.slice(0, 6)}…${wallet.address.slice(-4)}`;
  await expect(page.getByRole("button", { name: short })).toBeVisible();

  await page.goto("/settings");
  await page.getByLabel("Merchant name").fill("Wallet Works");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved.");

  await page.context().clearCookies();
  await page.goto("/sign-up");
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
  await expect(page.getByRole("button", { name: "Wallet Works" })).toBeVisible();
});

test("a declined signature signs nobody in and can be tried again", async ({ page, wallet }) => {
  await wallet.installIn(page);
  await page.goto("/sign-in");
  wallet.rejectNext();
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toHaveText(/declined/);
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
});

test("without a wallet in the browser it says how to get one", async ({ page }) => {
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with a wallet" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toHaveText(/No wallet was found/);
});

test("the signed message is worth nothing in another browser, and nothing the second time (I7)", async ({
  page,
  wallet,
  browser,
  facts,
}) => {
  await wallet.installIn(page);
  await page.goto("/sign-in");
  const sent = page.waitForRequest((request) => request.url().endsWith("/api/auth/callback/wallet"));
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  const form = new URLSearchParams((await sent).postData() ?? "");
  await page.waitForURL("**/overview");

  for (const context of [page.context(), await browser.newContext()]) {
    const { csrfToken } = await (await context.request.get(`${facts.origin}/api/auth/csrf`)).json();
    const replayed = await context.request.post(`${facts.origin}/api/auth/callback/wallet`, {
      form: { ...Object.fromEntries(form), csrfToken },
      headers: { origin: facts.origin },
    });
    expect(replayed.status()).toBe(401);
  }
});
