import type { Step } from "./progress";

/** Measures one contestant once; a round of it. */
export type Contest<Result> = () => Promise<Result>;

/**
 * Measures contestants one after the other, round by round (A B A B …), so that whatever else the machine does falls on
 * all of them. The first round warms up and is thrown away.
 */
export async function sideBySide<Name extends string, Result>(
  rounds: number,
  contestants: Record<Name, Contest<Result>>,
  step: Step,
): Promise<Record<Name, Result[]>> {
  const names = Object.keys(contestants) as Name[];
  const results = Object.fromEntries(names.map((name) => [name, [] as Result[]])) as Record<Name, Result[]>;
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      step(round === 0 ? `warm-up: ${name}` : `round ${round} of ${rounds}: ${name}`);
      const result = await contestants[name]();
      if (round > 0) results[name].push(result);
    }
  }
  return results;
}
