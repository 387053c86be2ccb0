/** The most lines above the baseline. */
const MOST_STEPS = 4n;

/** The axis of a bar chart in base units: round steps from zero up to a `top` no bar exceeds. */
export function axisFor(bars: readonly bigint[]): { top: bigint; ticks: bigint[] } {
  let largest = 0n;
  for (const bar of bars) if (bar > largest) largest = bar;
  let step = 1n;
  for (let power = 1n; step * MOST_STEPS < largest; power *= 10n) {
    step = [power, 2n * power, 5n * power].find((each) => each * MOST_STEPS >= largest) ?? step;
  }
  const steps = largest === 0n ? 1n : (largest + step - 1n) / step;
  const ticks = Array.from({ length: Number(steps) + 1 }, (_, at) => BigInt(at) * step);
  return { top: steps * step, ticks };
}

/** The height of a bar as a share of the axis, in millionths; for drawing alone, never for a figure. */
export function heightOf(units: bigint, top: bigint): number {
  return Number((units * 1_000_000n) / top);
}
