import { setTimeout as sleep } from "node:timers/promises";
import { desc, eq } from "drizzle-orm";
import { endpoints, endpointVersions } from "@/lib/db/schema";
import type { Context, Figures } from "./campaign";
import { startLoad } from "./load";
import { type Counts, faulty } from "./rpc/faulty";
import { liar } from "./rpc/liar";
import type { Stack } from "./stack";
import { holdTogether, unhurried } from "./together";

/** Seconds. */
export const sizes = { full: 1_800, test: 60 };

/** What this campaign holds besides the oracles of all. */
export const SERVED_OR_REFUSED = "D1-D3: every payer is served, or told that nothing moved";
export const SERVES = "D2: calls are served meanwhile";

const REPLICAS = 2;
const RPCS = 3;
const PAYERS = 6;
/** More than one RPC alone is believed to have seen arrive. */
const PRICE_MICRO_USD = "2000000";
const LOOK_EVERY_MS = 500;

/** Has payers pay while every RPC is ill in its own way, and one of three lies. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: REPLICAS, rpcs: RPCS });
  await raisePrices(stack);
  const counts: Counts = new Map();
  const { rpcs } = stack.proxies;
  const liarAt = random.below(RPCS);
  for (const [i, rpc] of rpcs.entries()) {
    const chance = random.fork(`rpc ${i}`);
    const ill = i === liarAt ? liar(chance, counts, stack.chain.rpcUrl) : faulty(chance, counts);
    rpc.behave(unhurried(ill));
  }
  const load = startLoad(stack, random.fork("load"), PAYERS);
  const from = performance.now();
  for (let seconds = 0; seconds < size; seconds = Math.round((performance.now() - from) / 1_000)) {
    progress(seconds, size, `${load.served()} served`);
    await sleep(LOOK_EVERY_MS);
  }
  const servedIll = load.served();
  for (const rpc of rpcs) rpc.behave((_, forward) => forward());
  const { unserved, ...report } = await load.stop();
  const refused = unserved.filter((line) => / 402 /.test(line));
  hold(
    SERVED_OR_REFUSED,
    report.payments,
    unserved.filter((line) => !refused.includes(line)),
  );
  await holdTogether(stack, hold);
  hold(SERVES, report.payments, servedIll > 0 ? [] : ["nobody was served while the RPCs were ill"]);
  const asked = Object.fromEntries([...counts].map(([what, count]) => [`rpc: ${what}`, count]));
  return { seconds: size, ...report, servedWhileIll: servedIll, refused: refused.length, ...asked };
}

/** Gives both endpoints a new version with a price that is worth lying for. */
async function raisePrices({ parts, shops }: Stack): Promise<void> {
  const { db } = parts.database;
  for (const { endpointId } of Object.values(shops)) {
    const [last] = await db
      .select()
      .from(endpointVersions)
      .where(eq(endpointVersions.endpointId, endpointId))
      .orderBy(desc(endpointVersions.version))
      .limit(1);
    if (!last) throw new Error("An endpoint of the campaign is gone");
    const version = last.version + 1;
    const rules = last.rules.map((rule) => ({ ...rule, priceMicroUsd: PRICE_MICRO_USD }));
    const { createdAt: _, ...terms } = last;
    await db.insert(endpointVersions).values({ ...terms, version, rules });
    await db.update(endpoints).set({ version }).where(eq(endpoints.id, endpointId));
  }
}
