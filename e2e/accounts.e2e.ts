import { randomUUID } from "node:crypto";
import type { Page } from "@playwright/test";
import { expectAccessible } from "./accessibility";
import { expect, test } from "./fixtures";

const PASSWORD = "four words in a row";
const REFUSED = "No account opens with this email and password. Check both and try again.";

async function fillSignUp(page: Page, typed: { name: string; email: string; password: string }) {
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill(typed.name);
  await page.getByLabel("Email").fill(typed.email);
  await page.getByLabel("Password").fill(typed.password);
  await page.getByRole("button", { name: "Create account" }).click();
}

async function signOut(page: Page, merchantName: string) {
  await page.getByRole("button", { name: merchantName }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
}

test("a newcomer signs up, signs out and signs in again", async ({ page }) => {
  const email = `${randomUUID()}@example.com`;
  await fillSignUp(page, { name: "Acme Weather", email, password: PASSWORD });
  await page.waitForURL("**/overview");
  await expect(page.getByRole("button", { name: "Acme Weather" })).toBeVisible();

  await signOut(page, "Acme Weather");
  await page.goto("/overview");
  await page.waitForURL("**/sign-in");

  await page.getByLabel("Email").fill(email.toUpperCase());
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL("**/overview");
});

test("wrong input gets a message beside each field, and the rule is said before it is broken", async ({
  page,
}) => {
  await page.goto("/sign-up");
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/At least 10 characters/);
  await fillSignUp(page, { name: " ", email: "nobody", password: "short" });
  await expect(page.getByLabel("Name")).toHaveAccessibleDescription(/Enter a name\./);
  await expect(page.getByLabel("Email")).toHaveAccessibleDescription(/Enter an email address/);
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(/at least 10 characters/);
  await expect(page.getByLabel("Email")).toHaveValue("nobody");
  await expectAccessible(page);
});

test("nothing tells whether an email has an account (I8)", async ({ page, mintMerchant }) => {
  const { email } = await mintMerchant();
  const answers: string[] = [];
  for (const tried of [email, `${randomUUID()}@example.com`]) {
    await page.goto("/sign-in");
    await page.getByLabel("Email").fill(tried);
    await page.getByLabel("Password").fill("the wrong words here");
    const answered = page.waitForResponse((response) => response.request().method() === "POST");
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    const response = await answered;
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(REFUSED);
    answers.push(`${response.status()} ${await response.text()} ${await page.locator("main").textContent()}`);
  }
  expect(answers[0]).toBe(answers[1]);
});

test("after five wrong passwords an account waits a minute, and says so (I8)", async ({
  page,
  mintMerchant,
}) => {
  const { email, password } = await mintMerchant();
  await page.goto("/sign-in");
  const attempt = async (typed: string, answer: string) => {
    await page.getByLabel("Email").fill(email);
    await page.getByLabel("Password").fill(typed);
    await page.getByRole("button", { name: "Sign in", exact: true }).click();
    await expect(page.getByLabel("Password")).toHaveAccessibleDescription(answer);
  };
  for (const nth of [1, 2, 3, 4, 5]) await attempt(`wrong words number ${nth}`, REFUSED);
  await attempt(password, "Too many tries. Wait a minute, then try again.");
});

test("signing up with a taken email answers like any sign-up, and then refuses like any sign-in", async ({
  page,
  mintMerchant,
}) => {
  const { email } = await mintMerchant();
  const replies: string[] = [];
  await page.route("**/sign-up", async (route) => {
    const response = await route.fetch();
    if (route.request().method() === "POST") replies.push(`${response.status()} ${await response.text()}`);
    await route.fulfill({ response });
  });
  const password = "five other words in a row";
  await fillSignUp(page, { name: "Mallory", email, password });
  await expect(page.getByLabel("Password")).toHaveAccessibleDescription(new RegExp(REFUSED));
  await fillSignUp(page, { name: "Mallory", email: `${randomUUID()}@example.com`, password });
  await page.waitForURL("**/overview");
  expect(replies[0]).toBe(replies[1]);
});

test("signing up again with one's own password signs in", async ({ page, mintMerchant }) => {
  const { name, email, password } = await mintMerchant();
  await fillSignUp(page, { name: "Another name", email, password });
  await page.waitForURL("**/overview");
  await expect(page.getByRole("button", { name })).toBeVisible();
});

test("a link to the sign-in page cannot lead to another site", async ({ page, facts, mintMerchant }) => {
  const { email, password } = await mintMerchant();
  await page.goto("/sign-in?callbackUrl=https%3A%2F%2Fevil.example%2F");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL(`${facts.origin}/overview`);
});

test("another site cannot sign a visitor in (login CSRF, I3)", async ({ request, facts, mintMerchant }) => {
  const { email, password } = await mintMerchant();
  const { csrfToken } = await (await request.get("/api/auth/csrf")).json();
  const send = (headers: Record<string, string>) =>
    request.post("/api/auth/callback/password", {
      form: { csrfToken, email, password, json: "true" },
      headers,
    });
  expect((await send({ origin: "https://evil.example" })).status()).toBe(403);
  expect((await send({ origin: "null" })).status()).toBe(403);
  expect((await send({})).status()).toBe(403);
  expect((await send({ origin: facts.origin })).status()).toBe(200);
});

test("the session cookie is out of reach of scripts and of other sites (I3)", async ({
  page,
  context,
  mintMerchant,
}) => {
  await (await mintMerchant()).signIn(page);
  const session = (await context.cookies()).find(({ name }) => name.endsWith("farebox.session"));
  expect(session).toMatchObject({ httpOnly: true, sameSite: "Lax", path: "/" });
});

for (const path of ["/sign-in", "/sign-up"]) {
  test(`${path} is accessible, with a wallet in the browser and without`, async ({ page, wallet }) => {
    await page.goto(path);
    await expect(page.getByRole("button", { name: "Continue with a wallet" })).toBeVisible();
    await expectAccessible(page);
    await wallet.installIn(page);
    await page.goto(path);
    await expect(page.getByRole("button", { name: "Continue with Test Wallet" })).toBeVisible();
    await expectAccessible(page);
  });
}
