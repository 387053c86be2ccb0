import type { Page } from "@playwright/test";
import { readEndpoint } from "@/lib/endpoints/read";
import type { MerchantId } from "@/lib/ids";
import { expectAccessible } from "./accessibility";
import { expect, type SeededMerchant, test } from "./fixtures";

const PAY_TO = "0x52908400098527886E0F7030069857D2E4169EE7";
const OTHER_PAY_TO = "0x8617E340B3D01FA5F11F306F4090FD50E238070D";
const A_CONTRACT = "0xcA11bde05977b3631167028862bE2a173976CA11";

function paste(page: Page, text: string): Promise<void> {
  return page.getByLabel("URL to sell").evaluate((input, data) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData("text", data);
    input.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
  }, text);
}

async function openEdit(page: Page, merchant: SeededMerchant): Promise<void> {
  await merchant.signIn(page);
  await page.goto(`/endpoints/${merchant.endpoints[0]?.id}/edit`);
}

test("a pasted URL becomes a server, a path, a name and a slug, and a wrong field loses nothing", async ({
  page,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  await merchant.signIn(page);
  await page.goto("/endpoints/new?empty");
  await paste(page, `${facts.demoUpstream}/weather?city=Oslo`);
  await expect(page.getByLabel("URL to sell")).toHaveValue(facts.demoUpstream);
  await expect(page.getByLabel("Path")).toHaveValue("/weather");
  await expect(page.getByLabel("Name")).toHaveValue("Weather");
  const slug = await page.getByLabel("Slug").inputValue();
  expect(slug).toMatch(/^weather-[a-z0-9]{6}$/);
  await expect(page.getByText(`Callers will use ${facts.origin}/g/${slug}/weather`)).toBeVisible();

  await page.getByLabel(/^Address that receives/).fill(A_CONTRACT);
  await page.getByLabel("Description").focus();
  await expect(page.getByText("This is a contract on Base Sepolia.")).toBeVisible();
  await page.getByRole("button", { name: "$0.05" }).click();
  await expect(page.getByRole("complementary", { name: "Preview" })).toContainText("$0.05");
  await page.getByLabel(/^Address that receives/).fill(PAY_TO.toLowerCase().replace("0x5", "0xx"));
  await page.getByLabel("Description").fill("The weather of a city.");
  await page.getByRole("button", { name: "Add a rule" }).click();
  await page.getByLabel("Path of rule 2").fill("/now");
  await page.getByLabel("Price of rule 2").fill("0.0000001");
  await page.getByRole("button", { name: "Create endpoint" }).click();

  await expect(page.getByText("An address is 0x and 40 hexadecimal digits.")).toBeVisible();
  await expect(page.getByText(/A price has at most 6 decimal places/)).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("The weather of a city.");
  await expect(page.getByLabel("Price of rule 2")).toBeFocused();
  await expectAccessible(page);

  await page.getByLabel("Price of rule 2").fill("0.000001");
  await page.getByLabel(/^Address that receives/).fill(PAY_TO);
  await page.getByRole("button", { name: "Move rule 2 up" }).click();
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await page.waitForURL(/\/endpoints\/[0-9a-f-]{36}$/);
  const rules = page.getByRole("region", { name: "Rules", exact: true }).last().getByRole("row");
  await expect(rules).toHaveText([/Price per call/, /GET\/now\$0.000001/, /Any\/weather\$0.05/]);
  await expect(page.getByText("402 Payment Required")).toBeVisible();
  await expectAccessible(page);
});

test("of two people who edit at once the second is told, keeps what they typed, and decides", async ({
  page,
  browser,
  facts,
  parts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({ name: "Weather" });
  await openEdit(page, merchant);
  const storageState = await page.context().storageState();
  const other = await (await browser.newContext({ baseURL: facts.origin, storageState })).newPage();
  await other.goto(page.url());

  await other.getByLabel("Price per call, in US dollars").fill("0.02");
  await other.getByRole("button", { name: "Save changes" }).click();
  await other.waitForURL((url) => !url.pathname.endsWith("/edit"));

  await page.getByLabel("Description").fill("Typed by the second.");
  await page.getByRole("button", { name: "Save changes" }).click();
  await expect(page.getByText(/changed this endpoint while you were editing/)).toBeVisible();
  await expect(page.getByText("Version 2: Rules: GET /now $0.02")).toBeVisible();
  await expect(page.getByLabel("Description")).toHaveValue("Typed by the second.");
  await expectAccessible(page);

  await page.getByRole("button", { name: "Save mine as version 3" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  const id = merchant.endpoints[0]?.id ?? "";
  const stored = await readEndpoint(parts.database.db, merchant.id as MerchantId, id);
  expect(stored).toMatchObject({ version: 3, description: "Typed by the second." });
});

test("the money goes elsewhere only after the password, asked for once in five minutes, and a wrong one loses nothing (I6)", async ({
  page,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({});
  await openEdit(page, merchant);
  await page.getByLabel(/^Address that receives/).fill(PAY_TO);
  await page.getByRole("button", { name: "Save changes" }).click();
  const question = page.getByRole("dialog", { name: "Confirm that it is you" });
  await question.getByLabel("Your password").fill("something else");
  await question.getByRole("button", { name: "Confirm and save" }).click();
  await expect(question.getByText("This is not your password.")).toBeVisible();
  await expectAccessible(page);
  await question.getByLabel("Your password").fill(merchant.password);
  await question.getByRole("button", { name: "Confirm and save" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  await expect(page.getByTitle(PAY_TO).first()).toBeVisible();
  await expect(page.getByText("Payout addresses")).toBeVisible();

  await page.getByRole("link", { name: "Edit" }).click();
  await page.getByLabel(/^Address that receives/).fill(OTHER_PAY_TO);
  await page.getByRole("button", { name: "Save changes" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  await expect(page.getByTitle(OTHER_PAY_TO).first()).toBeVisible();
});

test("somebody who signs in with a wallet fills in its address, and confirms where money goes by signing (I6)", async ({
  page,
  wallet,
  facts,
}) => {
  await wallet.installIn(page);
  await page.goto("/sign-in");
  await page.getByRole("button", { name: "Continue with Test Wallet" }).click();
  await page.waitForURL("**/overview");
  await page.goto("/endpoints/new?empty");
  await expect(page.getByLabel(/^Address that receives/)).toHaveValue(wallet.address);
  await page.getByLabel(/^Address that receives/).fill("");
  await page.getByRole("button", { name: "Take the address from my wallet" }).click();
  await expect(page.getByLabel(/^Address that receives/)).toHaveValue(wallet.address);
  await paste(page, `${facts.demoUpstream}/now`);
  await page.getByRole("button", { name: "Create endpoint" }).click();
  await page.getByRole("link", { name: "Edit" }).click();

  await page.getByLabel(/^Address that receives/).fill(PAY_TO);
  await page.getByRole("button", { name: "Save changes" }).click();
  const question = page.getByRole("dialog", { name: "Confirm that it is you" });
  wallet.rejectNext();
  await question.getByRole("button", { name: "Sign with your wallet" }).click();
  await expect(question.getByText(/You declined/)).toBeVisible();
  await question.getByRole("button", { name: "Sign with your wallet" }).click();
  await page.waitForURL((url) => !url.pathname.endsWith("/edit"));
  await expect(page.getByTitle(PAY_TO).first()).toBeVisible();
});

test("a paused endpoint refuses every call until it is resumed, and a deleted one is gone for good", async ({
  page,
  request,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({ name: "Weather" });
  const [endpoint] = merchant.endpoints;
  const status = async () => (await request.get(`${endpoint?.gatewayUrl}/now`)).status();
  await merchant.signIn(page);
  await page.goto(`/endpoints/${endpoint?.id}`);
  const choose = async (action: string) => {
    await page.getByRole("button", { name: "More actions" }).click();
    await page.getByRole("menuitem", { name: action }).click();
  };

  await choose("Pause");
  await expectAccessible(page);
  await page.getByRole("button", { name: "Pause endpoint" }).click();
  await expect(page.getByText("This endpoint is paused")).toBeVisible();
  await expect.poll(status).toBe(503);
  await choose("Resume");
  await expect(page.getByRole("button", { name: "Send a test payment" })).toBeVisible();
  await expect.poll(status).toBe(402);

  await choose("Delete");
  await page.getByRole("button", { name: "Delete endpoint" }).click();
  await page.waitForURL("**/endpoints");
  await expect(page.getByRole("heading", { name: "Put a price on your first endpoint" })).toBeVisible();
  await expectAccessible(page);
  await expect.poll(status).toBe(404);
});

test("an endpoint of somebody else is not there (I4)", async ({ page, mintMerchant }) => {
  const other = await mintMerchant({});
  const merchant = await mintMerchant({});
  await merchant.signIn(page);
  for (const path of ["", "/edit"]) {
    await page.goto(`/endpoints/${other.endpoints[0]?.id}${path}`);
    await expect(page.getByRole("heading", { name: "Nothing is here" })).toBeVisible();
  }
  await page.goto("/endpoints");
  await expect(page.getByRole("row")).toHaveCount(2);
  await expectAccessible(page);
});

test("the front door shows a call of this instance and leads to an account", async ({
  page,
  mintMerchant,
}) => {
  await mintMerchant({});
  await page.goto("/");
  await expect(page.getByText("HTTP/1.1 402 Payment Required")).toBeVisible();
  await expectAccessible(page);
  await page.getByRole("main").getByRole("link", { name: "Create an account" }).click();
  await page.waitForURL("**/sign-up");
});
