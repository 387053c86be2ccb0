import fc from "fast-check";
import type { Context, Figures } from "./campaign";
import { commandsOf } from "./model/commands";
import { judge } from "./model/judge";
import { type Lane, openLane } from "./model/lane";
import { newModel } from "./model/state";
import { World } from "./model/world";

/** Random sequences of up to 50 commands. */
export const sizes = { full: 10_000, test: 100 };

/** What this campaign holds. */
export const AS_MODELLED = "every sequence is what the model says";

const MAX_COMMANDS = 50;
/** Sequences that one seed of fast-check stands for; a failing one is told by its seed and path. */
const BATCH = 25;
const LANES = 4;
/** Shrinking what failed may take as long as it takes to be useful, and no longer. */
const BATCH_LIMIT_MS = 600_000;

/** Drives the gateway and the ledger through random sequences of everything that can happen, against a small model. */
export async function run({ size, seed, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: 0, payers: 0 });
  const batches = Array.from({ length: Math.ceil(size / BATCH) }, (_, i) => ({
    seed: seed + i,
    runs: Math.min(BATCH, size - i * BATCH),
  }));
  const counts = { sequences: 0, commands: 0, presentations: 0, kills: 0, retries: 0 };
  const broken: string[] = [];
  const lanes = Array.from({ length: Math.min(LANES, batches.length) }, async (_, i) => {
    const lane = await openLane(stack, `lane_${i}`, random.fork(`lane ${i}`));
    try {
      for (let batch = batches.shift(); batch; batch = batches.shift()) {
        const failure = await check(lane, batch, (titles, { presentations, retries }) => {
          counts.sequences += 1;
          counts.commands += titles.length;
          counts.presentations += presentations.length;
          counts.kills += titles.filter((title) => title.startsWith("kill")).length;
          counts.retries += retries;
          progress(Math.min(counts.sequences, size), size, `${counts.presentations} presentations`);
        });
        if (failure !== null) broken.push(failure);
      }
    } finally {
      await lane.close();
    }
  });
  await Promise.all(lanes);
  hold(AS_MODELLED, counts.sequences, broken);
  return counts;
}

async function check(
  lane: Lane,
  { seed, runs }: { seed: number; runs: number },
  count: (titles: string[], world: World) => void,
): Promise<string | null> {
  const sequences = fc.commands(commandsOf(), { maxCommands: MAX_COMMANDS, size: "max" });
  const property = fc.asyncProperty(sequences, async (commands) => {
    const model = newModel();
    const world = await World.open(lane, model);
    await fc.asyncModelRun(() => ({ model, real: world }), commands);
    await judge(model, world);
    count([...commands].map(String), world);
  });
  const outcome = await fc.check(property, {
    seed,
    numRuns: runs,
    interruptAfterTimeLimit: BATCH_LIMIT_MS,
    endOnFailure: false,
  });
  if (!outcome.failed) return null;
  const [commands] = outcome.counterexample ?? [];
  const error = outcome.errorInstance instanceof Error ? outcome.errorInstance.message : "";
  return `--seed ${seed} --size ${outcome.numRuns}, path ${outcome.counterexamplePath}: ${error}\n  ${commands}`;
}
