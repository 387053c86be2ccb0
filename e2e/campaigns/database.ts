import { chmod, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Context, Figures } from "./campaign";
import { type DatabasePair, openDatabasePair } from "./database-pair";
import { type Load, startLoad } from "./load";

/** Stops of the primary. */
export const sizes = { full: 50, test: 2 };

/** What this campaign holds besides the oracles of all. */
export const SERVED_AGAIN = "E4: payers are served again after each failover";

const REPLICAS = 2;
const PAYERS = 12;
const IN_FLIGHT = 8;
const LONGEST_PAUSE_MS = 2_000;
const SERVED_AGAIN_WITHIN_MS = 60_000;

/** Stops PostgreSQL's primary at any time, under load, and goes on with its synchronous standby. */
export async function run(context: Context): Promise<Figures> {
  const dataDir = await mkdtemp(join(tmpdir(), "farebox-pair-"));
  // PostgreSQL runs as another user when we are root, and must get in.
  await chmod(dataDir, 0o755);
  const pair = await openDatabasePair(dataDir);
  context.closing(async () => {
    await pair.close();
    await rm(dataDir, { recursive: true, force: true });
  });
  const stack = await context.openStack({ replicas: REPLICAS, databaseUrl: pair.url });
  return failOverUnderLoad(context, pair, startLoad(stack, context.random.fork("load"), PAYERS));
}

async function failOverUnderLoad(
  { size, random, progress, hold }: Context,
  pair: DatabasePair,
  load: Load,
): Promise<Figures> {
  let longestMs = 0;
  for (let stop = 0; stop < size; stop++) {
    await sleep(random.below(LONGEST_PAUSE_MS));
    while (load.inFlight() < IN_FLIGHT) await sleep(20);
    const from = performance.now();
    await pair.failOver();
    await pair.rejoin();
    const servedBefore = load.served();
    while (load.served() === servedBefore && performance.now() - from < SERVED_AGAIN_WITHIN_MS)
      await sleep(20);
    hold(
      SERVED_AGAIN,
      1,
      load.served() > servedBefore ? [] : [`stop ${stop}: nobody was served for a minute`],
    );
    longestMs = Math.max(longestMs, performance.now() - from);
    progress(stop + 1, size, `${load.served()} served`);
  }
  const { unserved, ...report } = await load.stop();
  hold(SERVED_AGAIN, report.payments, unserved);
  return { stops: size, ...report, longestUntilServedMs: Math.round(longestMs) };
}
