import { randomUUID } from "node:crypto";
import { sql } from "drizzle-orm";
import { afterAll, expect, it } from "vitest";
import { openDatabase } from "./db/client";
import { countTry, forgiveTry } from "./rate-limit";

const replicas = [1, 2].map(() => openDatabase(process.env.DATABASE_URL ?? "", 8));
const [one, other] = replicas.map(({ db }) => db) as [(typeof replicas)[0]["db"], (typeof replicas)[0]["db"]];
afterAll(() => Promise.all(replicas.map((replica) => replica.close())));

const limit = { name: "test", count: 5, windowMs: 60_000 };

it("lets exactly so many tries through, however many come at once and to whichever replica (I8)", async () => {
  const who = randomUUID();
  const tries = Array.from({ length: 20 }, (_, at) => countTry(at % 2 ? one : other, limit, who));
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(5);
  expect(await countTry(one, limit, randomUUID())).toBe(true);
});

it("lets the next try through when the first is over, and not the one after (I8)", async () => {
  const [who, name] = [randomUUID(), randomUUID()];
  const own = { ...limit, name };
  for (let i = 0; i < 5; i++) expect(await countTry(one, own, who)).toBe(true);
  await one.execute(
    sql`update rate_limits set hits[1] = now() - interval '61 seconds' where key like ${`${name} %`}`,
  );
  expect([await countTry(one, own, who), await countTry(one, own, who)]).toEqual([true, false]);
});

it("does not count a try that was forgiven", async () => {
  const who = randomUUID();
  for (let i = 0; i < 12; i++) {
    expect(await countTry(one, limit, who)).toBe(true);
    await forgiveTry(one, limit, who);
  }
});

it("keeps nobody's name, and forgets what no longer counts (I16)", async () => {
  const [who, name] = [`${randomUUID()}@example.com`, randomUUID()];
  const own = { ...limit, name };
  await countTry(one, own, who);
  const rows = () => one.execute(sql`select * from rate_limits where key like ${`${name} %`}`);
  expect(JSON.stringify(await rows())).not.toContain(who);
  await one.execute(
    sql`update rate_limits set expires_at = now() - interval '1 second' where key like ${`${name} %`}`,
  );
  await countTry(one, limit, randomUUID());
  expect(await rows()).toHaveLength(0);
});
