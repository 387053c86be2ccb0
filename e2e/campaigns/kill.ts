import type { Context, Figures } from "./campaign";
import { killAtRandom } from "./kill-random";
import { killInEveryWindow, type Stopped } from "./kill-round";
import { oracleOf } from "./kill-windows";
import type { Stack } from "./stack";
import { holdTogether } from "./together";

/** Rounds through all crash windows; each but a single one is followed by eight random kills under load. */
export const sizes = { full: 25, test: 1 };

const RANDOM_KILLS_PER_ROUND = 8;
const ROUNDS_RECOVERING_AT_ONCE = 3;
const SERVED_WITHIN_MS = 60_000;

/** Kills gateways in every crash window, and then at any time. */
export async function run({ size, random, progress, openStack, hold }: Context): Promise<Figures> {
  const stack = await openStack({ replicas: size === 1 ? 1 : 2 });
  const randomKills = size === 1 ? 0 : size * RANDOM_KILLS_PER_ROUND;
  const total = size + randomKills;
  const recovering = new Set<Promise<void>>();
  let killsInWindows = 0;
  for (let round = 0; round < size; round++) {
    progress(round, total, "crash windows");
    const stopped = await killInEveryWindow(stack, random.fork(`round ${round}`));
    killsInWindows += stopped.length;
    const recovery = judgeRound(stack, stopped, hold).finally(() => recovering.delete(recovery));
    recovering.add(recovery);
    if (recovering.size >= ROUNDS_RECOVERING_AT_ONCE) await Promise.race(recovering);
  }
  await Promise.all(recovering);
  await holdTogether(stack, hold);
  const figures = { rounds: size, killsInWindows };
  if (randomKills === 0) return figures;
  const tell = (done: number, note: string) => progress(size + done, total, note);
  return { ...figures, ...(await killAtRandom(stack, random.fork("random kills"), randomKills, tell, hold)) };
}

/** Presents the payments of a killed gateway elsewhere, until each is served. */
async function judgeRound(
  { client, upstream }: Stack,
  stopped: readonly Stopped[],
  hold: Context["hold"],
): Promise<void> {
  const judged = stopped.map(async ({ window, payment }) => {
    const { target } = payment;
    const { status, code } = await client.insist(payment, SERVED_WITHIN_MS);
    const calls = upstream.calls(target);
    const violations = [
      ...(status === 200 ? [] : [`${target}: ${status} ${code}`]),
      ...(calls === window.upstreamCalls ? [] : [`${target}: the upstream was asked ${calls} times`]),
    ];
    hold(oracleOf(window), 1, violations);
  });
  await Promise.all(judged);
}
