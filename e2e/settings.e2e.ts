import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

test("a changed password ends every other session and keeps this one", async ({
  page,
  browser,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  const elsewhere = await browser.newPage({ baseURL: facts.origin });
  await merchant.signIn(elsewhere);
  await merchant.signIn(page);

  await page.goto("/settings/password");
  await page.getByLabel("Current password").fill("the wrong words here");
  await page.getByLabel("New password").fill("short");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByLabel("Current password")).toHaveAccessibleDescription(/not your password/);
  await expect(page.getByLabel("New password")).toHaveAccessibleDescription(/at least 10 characters/);

  await page.getByLabel("Current password").fill(merchant.password);
  await page.getByLabel("New password").fill("five other words in a row");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status")).toHaveText(/Password changed/);

  await page.goto("/settings");
  await expect(page.getByLabel("Merchant name")).toHaveValue(merchant.name);
  await elsewhere.goto("/overview");
  await elsewhere.waitForURL("**/sign-in");
  await elsewhere.close();
});

test("a session that ended cannot renew itself into a new one", async ({
  page,
  browser,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  const thief = await browser.newContext({ baseURL: facts.origin });
  await merchant.signIn(page);
  await thief.addCookies(await page.context().cookies());

  await page.goto("/settings/password");
  await page.getByLabel("Current password").fill(merchant.password);
  await page.getByLabel("New password").fill("five other words in a row");
  await page.getByRole("button", { name: "Change password" }).click();
  await expect(page.getByRole("status")).toHaveText(/Password changed/);

  // next-auth answers this with a fresh cookie for whatever token it can open.
  await thief.request.get("/api/auth/session");
  const answer = await thief.request.get("/overview", { maxRedirects: 0 });
  expect(answer.headers().location ?? (await answer.text())).toContain("/sign-in");
  await thief.close();
});

test("the profile is saved in place, and every page shows the new name", async ({ page, mintMerchant }) => {
  await (await mintMerchant()).signIn(page);
  await page.goto("/settings");
  await page.getByLabel("Merchant name").fill(" ");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByLabel("Merchant name")).toHaveAccessibleDescription(/Enter a name/);
  await page.getByLabel("Merchant name").fill("Renamed & Sons");
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved.");
  await expect(page.getByRole("button", { name: "Renamed & Sons" })).toBeVisible();
});

test("the time zone is kept", async ({ page, mintMerchant }) => {
  await (await mintMerchant()).signIn(page);
  await page.goto("/settings/time-zone");
  await page.getByLabel("Time zone").selectOption("Europe/Berlin");
  await page.getByRole("button", { name: "Save time zone" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved. Times are shown in Europe/Berlin.");
  await page.reload();
  await expect(page.getByLabel("Time zone")).toHaveValue("Europe/Berlin");
});

test("a wallet is linked with the password, signs in, and is unlinked", async ({
  page,
  wallet,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  await wallet.installIn(page);
  await merchant.signIn(page);
  await page.goto("/settings/wallets");
  await page.getByLabel("Your password").fill("the wrong words here");
  await page.getByRole("button", { name: "Link Test Wallet" }).click();
  await expect(page.getByRole("main").getByRole("alert")).toHaveText("This is not your password.");
  await page.getByLabel("Your password").fill(merchant.password);
  await page.getByRole("button", { name: "Link Test Wallet" }).click();
  await expect(page.getByRole("button", { name: `Unlink ${wallet.address}` })).toBeVisible();
  await expectAccessible(page);

  await page.context().clearCookies();
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
  await expect(page.getByRole("button", { name: merchant.name })).toBeVisible();

  await page.goto("/settings/wallets");
  await page.getByRole("button", { name: `Unlink ${wallet.address}` }).click();
  await expect(page.getByText("No wallet is linked")).toBeVisible();
});

test("the last way into an account cannot be unlinked", async ({ page, wallet }) => {
  await wallet.installIn(page);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
  await page.goto("/settings/wallets");
  await page.getByRole("button", { name: `Unlink ${wallet.address}` }).click();
  await expect(page.getByRole("region", { name: "Notifications" })).toContainText(
    /the only way into your account/,
  );
  await page.goto("/settings/password");
  await expect(page.getByText("This account has no password")).toBeVisible();
});

for (const section of ["", "/password", "/wallets", "/time-zone"]) {
  test(`/settings${section} is accessible`, async ({ page, mintMerchant }) => {
    await (await mintMerchant()).signIn(page);
    await page.goto(`/settings${section}`);
    await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
    await expectAccessible(page);
  });
}
