import { randomUUID } from "node:crypto";
import { test as base, expect, type Page } from "@playwright/test";
import { generatePrivateKey, privateKeyToAddress } from "viem/accounts";
import type { EndpointInput } from "@/lib/endpoints/input";
import { seed } from "@/lib/server/commands/seed";
import { readRunningConfiguration } from "@/lib/server/configure";
import { openParts, type Parts } from "@/lib/server/parts";
import { type InstanceFacts, readFacts } from "./instance";
import { createWallet, type Wallet } from "./wallet";

/** A merchant made for one story; endpoint slugs carry a random ending, so that stories never meet. */
export interface SeededMerchant {
  id: string;
  name: string;
  email: string;
  password: string;
  endpoints: { id: string; slug: string; gatewayUrl: string }[];
  /** Signs in through the sign-in page, as a person does. */
  signIn(page: Page): Promise<void>;
}

/** What a story describes of an endpoint; it points at the demo upstream unless it says otherwise. */
export type SeedEndpoint = Partial<Omit<EndpointInput, "headers">> & { headers?: Record<string, string> };

interface PerStory {
  /** Nothing a story does in its page may be against the page's own policy (I1). */
  policyKept: undefined;
  /** A browser wallet with a new key; not yet known to any page, and without money. */
  wallet: Wallet;
  /** Makes a merchant with these endpoints. */
  mintMerchant(...endpoints: SeedEndpoint[]): Promise<SeededMerchant>;
}

interface PerWorker {
  /** The data folder of the instance under test. */
  dataDir: string;
  /** Where the instance under test is, and the keys of its local network. */
  facts: InstanceFacts;
  /** The parts of the instance under test, to read its database. */
  parts: Parts;
}

/** Playwright's test with what the stories share. Pages open relative to the instance under test. */
export const test = base.extend<PerStory, PerWorker>({
  dataDir: [process.env.FAREBOX_E2E_DATA_DIR ?? "", { scope: "worker", option: true }],
  facts: [async ({ dataDir }, use) => use(await readFacts(dataDir)), { scope: "worker" }],
  parts: [
    async ({ dataDir }, use) => {
      const env = await readRunningConfiguration({ FAREBOX_DATA_DIR: dataDir });
      if (!env) throw new Error("The instance under test left no configuration");
      const parts = openParts(env);
      await use(parts);
      await parts.database.close();
    },
    { scope: "worker" },
  ],
  policyKept: [
    async ({ page }, use) => {
      const violations: string[] = [];
      page.on("console", (message) => {
        if (message.text().includes("Content Security Policy")) violations.push(message.text());
      });
      await use(undefined);
      expect(violations).toEqual([]);
    },
    { auto: true },
  ],
  baseURL: async ({ facts }, use) => use(facts.origin),
  wallet: async ({ facts }, use) => use(createWallet(facts)),
  mintMerchant: async ({ facts, parts }, use) => use((...endpoints) => mintMerchant(parts, facts, endpoints)),
});

export { expect };

async function mintMerchant(parts: Parts, facts: InstanceFacts, endpoints: SeedEndpoint[]) {
  const ending = randomUUID().slice(0, 8);
  const person = { name: `Shop ${ending}`, email: `${ending}@example.com`, password: "four words in a row" };
  const payTo = privateKeyToAddress(generatePrivateKey());
  const described = endpoints.map(({ slug = "shop", ...endpoint }) => ({
    name: "Demo API",
    upstream: facts.demoUpstream,
    rules: [{ method: "GET", path: "/now", price: "0.01" }],
    payouts: [{ network: `eip155:${facts.chainId}`, payTo }],
    ...endpoint,
    slug: `${slug}-${ending}`,
  }));
  const { merchants } = await seed(parts, { merchants: [{ ...person, endpoints: described }] });
  const [made] = merchants;
  if (!made) throw new Error("A seed of one merchant made none");
  return { ...person, ...made, signIn: (page: Page) => signIn(page, person) };
}

async function signIn(page: Page, { email, password }: { email: string; password: string }): Promise<void> {
  await page.goto("/sign-in");
  await page.getByLabel("Email").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in", exact: true }).click();
  await page.waitForURL((url) => url.pathname !== "/sign-in");
}
