import { describe, expect, it } from "vitest";
import { median, quantile, ratios } from "./statistics";

describe("the statistics of a bench", () => {
  it("take the middle of what was measured, in whatever order", () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([4, 1, 3, 2])).toBe(2.5);
  });

  it("interpolate a percentile between its neighbours", () => {
    const hundred = Array.from({ length: 101 }, (_, n) => 100 - n);
    expect(quantile(hundred, 0.95)).toBe(95);
    expect(quantile([0, 10], 0.99)).toBeCloseTo(9.9);
  });

  it("compare each round with its own", () => {
    expect(ratios([10, 30], [5, 10])).toEqual([2, 3]);
  });

  it("claim nothing about nothing", () => {
    expect(median([])).toBeNaN();
  });
});
