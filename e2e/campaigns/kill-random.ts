import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Figures } from "./campaign";
import { startLoad } from "./load";
import type { Random } from "./random";
import type { Stack } from "./stack";

const REPLICAS = 3;
/** Payers at once; at least `IN_FLIGHT` of them have a payment under way whenever a replica is killed. */
const PAYERS = 26;
const IN_FLIGHT = 20;
const LONGEST_PAUSE_MS = 1_000;
/** What also happens to the bytes between the replicas and their upstream and database, per chunk. */
const BAD_ROADS = { drop: 0.001, delay: 0.05, delayMs: 200 };

/** Kills one replica of three after the other, at any time, while many payments are under way; each is replaced at once. */
export async function killAtRandom(
  stack: Stack,
  random: Random,
  kills: number,
  tell: (done: number, note: string) => void,
  hold: Context["hold"],
): Promise<Figures> {
  const { fleet, proxies } = stack;
  while (fleet.serving().length < REPLICAS) await fleet.start();
  const roads = random.fork("roads");
  for (const proxy of [proxies.upstream, proxies.database]) proxy.weather(BAD_ROADS, roads.chance);
  const load = startLoad(stack, random, PAYERS);
  let fewest = Number.POSITIVE_INFINITY;
  const starting: Promise<unknown>[] = [];
  for (let kill = 0; kill < kills; kill++) {
    await sleep(random.below(LONGEST_PAUSE_MS));
    // One that serves is left, so that payments go on.
    while (fleet.serving().length < 2 || load.inFlight() < IN_FLIGHT) await sleep(20);
    const [first, ...others] = fleet.serving();
    if (!first) throw new Error("No replica serves");
    fewest = Math.min(fewest, load.inFlight());
    await random.pick([first, ...others]).kill();
    const start = fleet.start();
    // Its failure is told at the end.
    start.catch(() => {});
    starting.push(start);
    tell(kill + 1, `random kills, ${load.inFlight()} payments in flight`);
  }
  await Promise.all(starting);
  for (const proxy of [proxies.upstream, proxies.database]) proxy.weather({}, roads.chance);
  const { unserved, ...report } = await load.stop();
  hold("every payer who came back was served", report.payments, unserved);
  return { randomKills: kills, ...report, fewestInFlightAtAKill: fewest };
}
