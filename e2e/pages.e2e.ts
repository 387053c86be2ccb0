import { expect, test } from "./fixtures";

test("no page can be put into another site's frame (clickjacking) or be taken for another type", async ({
  request,
}) => {
  for (const path of ["/", "/sign-in", "/overview"]) {
    const headers = (await request.get(path)).headers();
    expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
});

const IMAGE = '<img src=x onerror="window.ran=1">';
const SCRIPT = "</script><script>window.ran=1</script>";

test("what a merchant typed is text wherever it is shown, never markup (stored XSS, I1)", async ({
  page,
  mintMerchant,
}) => {
  const merchant = await mintMerchant({ name: IMAGE, description: SCRIPT });
  const [endpoint] = merchant.endpoints;
  await merchant.signIn(page);
  await page.goto("/settings");
  await page.getByLabel("Merchant name").fill(IMAGE);
  await page.getByRole("button", { name: "Save profile" }).click();
  await expect(page.getByRole("status")).toHaveText("Saved.");
  const shown = {
    "/endpoints": IMAGE,
    [`/endpoints/${endpoint?.id}`]: SCRIPT,
    [`/pay/${endpoint?.slug}/now`]: SCRIPT,
  };
  for (const [path, text] of Object.entries(shown)) {
    await page.goto(path);
    await expect(page.getByRole("main").getByText(text).first()).toBeVisible();
    expect(await page.evaluate(() => "ran" in window), path).toBe(false);
  }
  const refusal = await page.request.get(`${endpoint?.gatewayUrl}/now`, { headers: { accept: "text/html" } });
  expect(await refusal.text()).not.toContain("<img");
  expect(await refusal.text()).not.toContain("<script");
});

test("markup that got into a page all the same runs nothing, and sends nothing elsewhere (I1)", async ({
  browser,
  facts,
}) => {
  // A page of its own: that its policy is broken here is what is looked for.
  const page = await browser.newPage({ baseURL: facts.origin });
  await page.goto("/sign-in");
  await page.evaluate((image) => {
    document.body.insertAdjacentHTML("beforeend", image);
    document.body.insertAdjacentHTML("beforeend", '<iframe srcdoc="<script>parent.ran=1</script>"></iframe>');
    location.href = "javascript:window.ran=1";
  }, IMAGE);
  await page.waitForTimeout(500);
  expect(await page.evaluate(() => "ran" in window)).toBe(false);
  const sent = await page.evaluate(() =>
    fetch("https://evil.example/").then(
      () => "sent",
      () => "refused",
    ),
  );
  expect(sent).toBe("refused");
  await page.close();
});
