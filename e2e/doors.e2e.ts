import { readFileSync } from "node:fs";
import type { APIRequestContext, APIResponse } from "@playwright/test";
import { newId } from "@/lib/ids";
import { expect, test } from "./fixtures";

// Next checks nothing before a page, a handler or an action runs, and whatever stands in front of it can be got around
// (CVE-2025-29927). So each refuses by itself, and this enumerates them all from the build, the next one included.

const BUILD = ".next/server";
const pages: Record<string, string> = JSON.parse(readFileSync(`${BUILD}/app-paths-manifest.json`, "utf8"));
const { node: actions } = JSON.parse(readFileSync(`${BUILD}/server-reference-manifest.json`, "utf8")) as {
  node: Record<string, { workers: Record<string, unknown>; filename: string; exportedName: string }>;
};

/** Actions for people who have no session (yet); what they do with one is their own. */
const PUBLIC_ACTIONS = new Set(["askToSignIn", "createAccount", "readBalance"]);

const id = newId();
const segmentsOf = (entry: string) => entry.split("/").slice(1, -1);
const pathOf = (entry: string) =>
  `/${segmentsOf(entry)
    .filter((segment) => !segment.startsWith("("))
    .map((segment) => (segment.startsWith("[") ? id : segment))
    .join("/")}`;

/** What a browser says that has every layout of a page and lacks the page alone: the layouts' checks do not run for it. */
function treeWithout(entry: string): string {
  const page: unknown[] = ["__PAGE__", {}, null, "refetch"];
  const tree = segmentsOf(entry).reduceRight<unknown[]>(
    (below, segment) => [segment.startsWith("[") ? ["id", id, "d", null] : segment, { children: below }],
    page,
  );
  return encodeURIComponent(JSON.stringify(["", { children: tree }, null, null, 16]));
}

async function sendsToSignIn(response: APIResponse): Promise<boolean> {
  const { location = "" } = response.headers();
  const action = response.headers()["x-action-redirect"] ?? "";
  return (
    [location, action].some((to) => to.startsWith("/sign-in")) ||
    (await response.text()).includes(";/sign-in;")
  );
}

function callAction(request: APIRequestContext, origin: string, actionId: string, page: string) {
  const headers = { origin, "next-action": actionId, "content-type": "text/plain;charset=UTF-8" };
  return request.post(page, { headers, data: "[]", maxRedirects: 0 });
}

const dashboard = Object.keys(pages).filter((entry) => entry.startsWith("/(dashboard)/"));

test("every page and file of the dashboard refuses who has no session, with and without its layouts (I5)", async ({
  request,
}) => {
  expect(dashboard.length).toBeGreaterThan(10);
  for (const entry of dashboard) {
    const whole = await request.get(pathOf(entry), { maxRedirects: 0 });
    expect(await sendsToSignIn(whole), `GET ${entry}`).toBe(true);
    if (entry.endsWith("/route")) continue;
    const headers = { rsc: "1", "next-router-state-tree": treeWithout(entry) };
    // Next first wants the headers' digest in the address.
    const digested =
      (await request.get(pathOf(entry), { headers, maxRedirects: 0 })).headers().location ?? "";
    expect(digested).toContain("?_rsc=");
    const alone = await request.get(digested, { headers, maxRedirects: 0 });
    expect(await sendsToSignIn(alone), `the page alone of ${entry}: ${await alone.text()}`).toBe(true);
  }
});

test("every server action refuses who has no session (I5)", async ({ request, facts }) => {
  const guarded = Object.entries(actions).filter(([, action]) => !PUBLIC_ACTIONS.has(action.exportedName));
  expect(guarded.length).toBeGreaterThan(10);
  for (const [actionId, { filename, exportedName, workers }] of guarded) {
    const [worker = ""] = Object.keys(workers);
    const response = await callAction(request, facts.origin, actionId, pathOf(worker.replace(/^app/, "")));
    const refused = (await sendsToSignIn(response)) || /^1:null$/m.test(await response.text());
    expect(refused, `${exportedName} of ${filename}: ${response.status()} ${await response.text()}`).toBe(
      true,
    );
  }
});

test("a session that was signed out opens no page and runs no action, whoever kept its cookie (I5, I6)", async ({
  page,
  playwright,
  facts,
  mintMerchant,
}) => {
  const merchant = await mintMerchant();
  await merchant.signIn(page);
  const kept = await playwright.request.newContext({
    baseURL: facts.origin,
    storageState: await page.context().storageState(),
  });
  expect((await kept.get("/settings", { maxRedirects: 0 })).status()).toBe(200);
  await page.getByRole("button", { name: merchant.name }).click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.waitForURL("**/sign-in");
  expect(await sendsToSignIn(await kept.get("/settings", { maxRedirects: 0 }))).toBe(true);
  const [revoke] = Object.entries(actions).filter(([, { exportedName }]) => exportedName === "revokeKey");
  const response = await callAction(kept, facts.origin, revoke?.[0] ?? "", "/settings/api-keys");
  expect(await sendsToSignIn(response)).toBe(true);
  await kept.dispose();
});

test("an action sent from another site, from nowhere, or from `null` is not run (CSRF, I3)", async ({
  page,
  facts,
  mintMerchant,
}) => {
  await (await mintMerchant()).signIn(page);
  const [zone] = Object.entries(actions).filter(([, { exportedName }]) => exportedName === "saveTimeZone");
  const send = async (headers: Record<string, string>) =>
    (
      await page.request.post("/settings/time-zone", {
        headers: { "next-action": zone?.[0] ?? "", ...headers },
        data: "[]",
      })
    ).status();
  expect(await send({ origin: "https://evil.example" })).toBe(403);
  expect(await send({ origin: "null" })).toBe(403);
  expect(await send({})).toBe(403);
  expect(await send({ origin: facts.origin })).not.toBe(403);
});
