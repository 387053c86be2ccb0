import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

test("a changed password ends every other session and keeps this one (I6)", async ({
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

test("a session that ended cannot renew itself into a new one (I6)", async ({
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

test("a program downloads payments with a key that is shown once and can be revoked (I6, I10)", async ({
  page,
  playwright,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  const program = await playwright.request.newContext({ baseURL: facts.origin });
  const download = (key: string) =>
    program.get("/payments/export?mode=test", {
      headers: { authorization: `Bearer ${key}` },
      maxRedirects: 0,
    });
  await merchant.signIn(page);
  await page.goto("/settings/api-keys");
  await expect(page.getByText("No key yet")).toBeVisible();
  await page.getByLabel("Name").fill("Bookkeeping");
  await page.getByRole("button", { name: "Create key" }).click();
  const question = page.getByRole("dialog", { name: "Confirm that it is you" });
  await question.getByLabel("Your password").fill("the wrong words here");
  await question.getByRole("button", { name: "Confirm and save" }).click();
  await expect(question.getByText("This is not your password.")).toBeVisible();
  await question.getByLabel("Your password").fill(merchant.password);
  await question.getByRole("button", { name: "Confirm and save" }).click();
  const key = await page.getByLabel("Your new API key").inputValue();
  await expectAccessible(page);

  const file = await download(key);
  expect(file.status()).toBe(200);
  expect(file.headers()["content-type"]).toContain("text/csv");
  expect((await download(`${key}x`)).status()).toBe(401);
  expect((await download("")).status()).toBe(401);

  await page.reload();
  await expect(page.getByText(/Last used/)).toBeVisible();
  expect(await page.content()).not.toContain(key);
  await page.getByRole("button", { name: "Revoke Bookkeeping" }).click();
  await page.getByRole("button", { name: "Revoke key" }).click();
  await expect(page.getByText("No key yet")).toBeVisible();
  expect((await download(key)).status()).toBe(401);
  await program.dispose();
});

for (const section of ["", "/password", "/wallets", "/api-keys", "/time-zone"]) {
  test(`/settings${section} is accessible`, async ({ page, mintMerchant }) => {
    await (await mintMerchant()).signIn(page);
    await page.goto(`/settings${section}`);
    await expect(page.getByRole("heading", { name: "Settings" })).toBeVisible();
    await expectAccessible(page);
  });
}
