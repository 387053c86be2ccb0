import type { Step } from "./progress";

/** Who is compared: each measures itself once when it is called. */
type Contestants = Record<string, () => Promise<unknown>>;

/** What each measured, one result for each round. */
type Results<Of extends Contestants> = { [Name in keyof Of]: Awaited<ReturnType<Of[Name]>>[] };

/**
 * Measures contestants one after the other, round by round (A B A B …), so that whatever else the machine does falls on
 * all of them. The first round warms up and is thrown away.
 */
export async function sideBySide<Of extends Contestants>(
  rounds: number,
  contestants: Of,
  step: Step,
): Promise<Results<Of>> {
  const names: (keyof Of & string)[] = Object.keys(contestants);
  const results = Object.fromEntries(names.map((name) => [name, [] as unknown[]]));
  for (let round = 0; round <= rounds; round++) {
    for (const name of names) {
      step(round === 0 ? `warm-up: ${name}` : `round ${round} of ${rounds}: ${name}`);
      const result = await contestants[name]?.();
      if (round > 0) results[name]?.push(result);
    }
  }
  return results as Results<Of>;
}
