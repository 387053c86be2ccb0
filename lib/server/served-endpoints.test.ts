import { once } from "node:events";
import { createServer } from "node:http";
import { eq } from "drizzle-orm";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, it, onTestFinished } from "vitest";
import { endpoints, endpointVersions, merchants } from "@/lib/db/schema";
import { openServedEndpoints } from "./served-endpoints";
import { openShop } from "./shop.fixture";

/** The endpoints as a process serves them, over a shop's database, and a count of the statements it is sent. */
async function served() {
  const shop = await openShop((_, response) => void response.end());
  const { database } = shop.parts;
  let statements = 0;
  const client = new Proxy(database.db.$client, {
    get(target, key) {
      if (key === "unsafe") statements += 1;
      return Reflect.get(target, key);
    },
  });
  const counting = new Proxy(database.db, {
    get: (target, key) => (key === "$client" ? client : Reflect.get(target, key)),
  });
  const opened = openServedEndpoints({ ...shop.parts, database: { ...database, db: counting } });
  onTestFinished(async () => {
    await opened.close();
    await shop.close();
  });
  const fromMemory = (slug: string) => !(opened.lately(slug) instanceof Promise);
  /** Until listening has begun, and what is served under a slug is known. */
  const kept = async (slug: string) => {
    const readOnce = async () => {
      await opened.asOfNow(slug);
      return fromMemory(slug);
    };
    await expect.poll(readOnce, { timeout: 30_000 }).toBe(true);
  };
  return { ...shop, ...opened, db: database.db, kept, fromMemory, statements: () => statements };
}

it("what is served is read once, and then answered from memory until it is changed (J6)", async () => {
  const { lately, slug, kept, db, endpointId, statements } = await served();
  await kept(slug);
  const before = statements();
  expect(before).toBeGreaterThan(0);
  for (let i = 0; i < 1_000; i += 1) expect(await lately(slug)).toMatchObject({ slug, state: "live" });
  expect(statements()).toBe(before);
  await db.update(endpoints).set({ state: "paused" }).where(eq(endpoints.id, endpointId));
  const state = async () => (await lately(slug))?.state;
  await expect.poll(state, { timeout: 30_000 }).toBe("paused");
});

it.each<[string, (shop: Awaited<ReturnType<typeof served>>) => Promise<unknown>]>([
  [
    "its merchant's name",
    ({ db, merchantId }) => db.update(merchants).set({ name: "New" }).where(eq(merchants.id, merchantId)),
  ],
  [
    "its merchant's suspension",
    ({ db, merchantId }) =>
      db.update(merchants).set({ suspendedAt: new Date() }).where(eq(merchants.id, merchantId)),
  ],
  [
    "its terms",
    async ({ db, endpointId }) => {
      const [before] = await db
        .select()
        .from(endpointVersions)
        .where(eq(endpointVersions.endpointId, endpointId));
      if (!before) throw new Error("The shop has no version");
      await db.insert(endpointVersions).values({ ...before, name: "New", version: 2 });
      await db.update(endpoints).set({ version: 2 }).where(eq(endpoints.id, endpointId));
    },
  ],
])("a change of %s is heard of, whoever writes it", async (_, change) => {
  const shop = await served();
  await shop.kept(shop.slug);
  const before = await shop.lately(shop.slug);
  await change(shop);
  await expect.poll(async () => shop.lately(shop.slug), { timeout: 30_000 }).not.toEqual(before);
});

it("whoever asks for what is served now is told nothing older than the question, in few readings (J6, F3)", async () => {
  const { asOfNow, slug, endpointId, db, statements } = await served();
  const payTo = privateKeyToAccount(generatePrivateKey()).address;
  const [version] = await db
    .select()
    .from(endpointVersions)
    .where(eq(endpointVersions.endpointId, endpointId));
  if (!version) throw new Error("The shop has no version");
  const before = statements();
  const flood = Array.from({ length: 400 }, () => asOfNow(slug));
  await db
    .insert(endpointVersions)
    .values({ ...version, version: 2, payouts: [{ network: "eip155:84532", payTo }] });
  await db.update(endpoints).set({ version: 2 }).where(eq(endpoints.id, endpointId));
  expect((await asOfNow(slug))?.terms.payouts).toEqual([{ network: "eip155:84532", payTo }]);
  await Promise.all(flood);
  expect(statements()).toBeGreaterThan(before);
  expect(statements() - before).toBeLessThan(40);
});

it("slugs that name nothing are known for that, until one is made, and many are looked up at once (slug flood)", async () => {
  const { asOfNow, lately, kept, fromMemory, db, merchantId, statements } = await served();
  const made = `made-${crypto.randomUUID()}`;
  await kept(made);
  expect(lately(made)).toBe(null);
  const before = statements();
  const flood = Array.from({ length: 3_000 }, () => asOfNow(`none-${crypto.randomUUID()}`));
  expect(new Set(await Promise.all(flood))).toEqual(new Set([null]));
  expect(statements()).toBeGreaterThan(before);
  expect(statements() - before).toBeLessThan(300);
  await db.insert(endpoints).values({ id: crypto.randomUUID(), merchantId, slug: made, version: 1 });
  await expect.poll(() => fromMemory(made), { timeout: 30_000 }).toBe(false);
});

it("a flood of unpaid calls is answered without a word to any RPC, and with few to the database (J6)", async () => {
  let asked = 0;
  const rpc = createServer((_, response) => {
    asked += 1;
    response.writeHead(500).end();
  }).listen(0, "127.0.0.1");
  await once(rpc, "listening");
  onTestFinished(() => void rpc.close());
  const address = rpc.address();
  const url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  const shop = await openShop((_, response) => void response.end(), { rpc: [url], connections: 1 });
  onTestFinished(() => shop.close());
  const statuses = new Set<number>();
  for (let wave = 0; wave < 4; wave += 1) {
    const calls = Array.from({ length: 200 }, () => fetch(shop.url("/now")));
    for (const answer of await Promise.all(calls)) {
      statuses.add(answer.status);
      await answer.body?.cancel();
    }
  }
  // With a single connection, 200 readings at once would not all be let in.
  expect([[...statuses], asked]).toEqual([[402], 0]);
});
