import { describe, expect, it } from "vitest";
import { axisFor, heightOf } from "./chart-scale";

describe("the axis of the revenue chart", () => {
  it.each([0n, 1n, 3n, 4n, 5n, 9n, 10n, 11n, 999n, 12_040_000n, 1_234_567_890_000n, 10n ** 40n + 1n])(
    "starts at zero, has few round steps, and no bar exceeds it: %s",
    (largest) => {
      const { top, ticks } = axisFor([0n, largest]);
      expect(ticks[0]).toBe(0n);
      expect(ticks.at(-1)).toBe(top);
      expect(top >= largest && top > 0n).toBe(true);
      expect(ticks.length).toBeGreaterThanOrEqual(2);
      expect(ticks.length).toBeLessThanOrEqual(5);
      expect(String(ticks[1])).toMatch(/^[125]0*$/);
      // At least half of the height is used.
      expect(largest * 2n >= top || largest < 2n).toBe(true);
    },
  );

  it("draws a bar in proportion", () => {
    expect(heightOf(5n * 10n ** 30n, 10n ** 31n)).toBe(500_000);
    expect(heightOf(0n, 1n)).toBe(0);
  });
});
