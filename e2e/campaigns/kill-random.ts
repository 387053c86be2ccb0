import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Figures } from "./campaign";
import type { Random } from "./random";
import type { Stack } from "./stack";

const REPLICAS = 3;
/** Payers at once; at least `IN_FLIGHT` of them have a payment under way whenever a replica is killed. */
const PAYERS = 26;
const IN_FLIGHT = 20;
/** The upstream takes up to as long, so that a kill finds payments at every step. */
const LONGEST_WORK_MS = 2_500;
const LONGEST_PAUSE_MS = 1_000;
const SERVED_WITHIN_MS = 90_000;
/** The part of payers who go away and never come back for their answer. */
const GONE = 0.1;

/** Kills one replica of three after the other, at any time, while many payments are under way; each is replaced at once. */
export async function killAtRandom(
  stack: Stack,
  random: Random,
  kills: number,
  tell: (done: number, note: string) => void,
  hold: Context["hold"],
): Promise<Figures> {
  const { fleet, client, payers, shops } = stack;
  while (fleet.serving().length < REPLICAS) await fleet.start();
  const unserved: string[] = [];
  let inFlight = 0;
  let payments = 0;
  let exhausted = 0;
  let over = false;

  const keepPaying = async (payer: number) => {
    const chance = random.fork(`payer ${payer}`);
    while (!over) {
      const shop = chance.pick([shops.after, shops.after, shops.before]);
      const target = `/now?n=${payments++}&wait=${chance.below(LONGEST_WORK_MS)}`;
      const payment = await payers.sign(shop, target);
      inFlight += 1;
      if (chance.chance(GONE))
        await client.present(payment, { signal: AbortSignal.timeout(chance.below(LONGEST_WORK_MS) + 1) });
      else {
        const { status, code } = await client.insist(payment, SERVED_WITHIN_MS);
        // Where five gateways in a row died over it, a payer who was charged is owed an answer (faults B12).
        if (code === "attempts_exhausted") exhausted += 1;
        else if (status !== 200) unserved.push(`${target}: ${status} ${code}`);
      }
      inFlight -= 1;
    }
  };
  const paying = Array.from({ length: PAYERS }, (_, payer) => keepPaying(payer));

  let fewest = Number.POSITIVE_INFINITY;
  const starting = new Set<Promise<unknown>>();
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random.below(LONGEST_PAUSE_MS));
    // One that serves is left, so that payments go on.
    while (fleet.serving().length < 2 || inFlight < IN_FLIGHT) await sleep(20);
    const [first, ...others] = fleet.serving();
    if (!first) throw new Error("No replica serves");
    fewest = Math.min(fewest, inFlight);
    await random.pick([first, ...others]).kill();
    const start = fleet.start().finally(() => starting.delete(start));
    starting.add(start);
    tell(kill + 1, `random kills, ${inFlight} payments in flight`);
  }
  await Promise.all(starting);
  over = true;
  await Promise.all(paying);
  hold("every payer who came back was served", payments, unserved);
  return { randomKills: kills, payments, exhausted, fewestInFlightAtAKill: fewest };
}
