import fc from "fast-check";
import type { Context, Figures } from "./campaign";
import { commandsOf } from "./model/commands";
import { judge } from "./model/judge";
import { LaneKeeper } from "./model/lane-keeper";
import { newModel } from "./model/state";
import { World } from "./model/world";

/** Random sequences of up to 50 commands. */
export const sizes = { full: 10_000, test: 100 };

/** What this campaign holds. */
export const AS_MODELLED = "every sequence is what the model says";

const MAX_COMMANDS = 50;
/** Sequences that one seed of fast-check stands for; a failing one is told by its seed and path. */
const BATCH = 5;
const LANES = 6;
const SHRINK_MS = 60_000;

/** Drives the gateway and the ledger through random sequences of everything that can happen, against a small model. */
export async function run({ size, seed, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: 0, payers: 0 });
  const batches = Array.from({ length: Math.ceil(size / BATCH) }, (_, i) => ({
    seed: seed + i,
    runs: Math.min(BATCH, size - i * BATCH),
  }));
  const counts = { sequences: 0, commands: 0, presentations: 0, kills: 0, retries: 0 };
  const broken: string[] = [];
  const count: Count = (titles, { presentations, retries }) => {
    counts.sequences += 1;
    counts.commands += titles.length;
    counts.presentations += presentations.length;
    counts.kills += titles.filter((title) => title.startsWith("kill")).length;
    counts.retries += retries;
    progress(counts.sequences, size, `${counts.presentations} presentations`);
  };
  const work = async (lanes: LaneKeeper) => {
    try {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        const failure = await check(lanes, batch, count);
        if (failure !== null) broken.push(failure);
      }
    } finally {
      await lanes.close();
    }
  };
  const workers = Array.from({ length: Math.min(LANES, batches.length) }, (_, i) =>
    work(new LaneKeeper(stack, `lane_${i}`, random.fork(`lane ${i}`))),
  );
  await Promise.all(workers);
  hold(AS_MODELLED, counts.sequences, broken);
  return counts;
}

type Count = (titles: string[], world: World) => void;

/** Runs a batch until a sequence fails, and then looks for a shorter one that does; says what failed, or null. */
async function check(
  lanes: LaneKeeper,
  { seed, runs }: { seed: number; runs: number },
  count: Count,
): Promise<string | null> {
  const sequences = fc.commands(commandsOf(), { maxCommands: MAX_COMMANDS, size: "max" });
  const holds = (counts: Count) =>
    fc.asyncProperty(sequences, (commands) =>
      lanes.use(async (lane) => {
        const model = newModel();
        const world = await World.open(lane, model);
        await fc.asyncModelRun(() => ({ model, real: world }), commands);
        await judge(model, world);
        counts([...commands].map(String), world);
      }),
    );
  const first = await fc.check(holds(count), { seed, numRuns: runs, endOnFailure: true });
  if (!first.failed) return null;
  const path = first.counterexamplePath ?? undefined;
  const again = { seed, path, numRuns: 1, interruptAfterTimeLimit: SHRINK_MS };
  const shorter = await fc.check(
    holds(() => {}),
    again,
  );
  // Looking for a shorter one may have ended for want of time, with none.
  const { counterexample, errorInstance } = shorter.counterexample === null ? first : shorter;
  const error = errorInstance instanceof Error ? errorInstance.message : String(errorInstance);
  const where = `--seed ${seed} --size ${first.numRuns}, path ${path}`;
  return `${where}${shorter.failed ? "" : ", which held when it ran again"}: ${error}\n  ${counterexample}`;
}
