import { describe, expect, it } from "vitest";
import { spanWords } from "./steps";

describe("a span of time", () => {
  it.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [59_940, "59.9 s"],
    [60_000, "1 min 0 s"],
    [3_599_000, "59 min 59 s"],
    [3_600_000, "1 h 0 min"],
    [90_000_000, "25 h 0 min"],
  ])("of %d ms reads %s", (ms, words) => {
    expect(spanWords(ms)).toBe(words);
  });
});
