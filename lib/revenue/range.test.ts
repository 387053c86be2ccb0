import { describe, expect, it } from "vitest";
import { buckets, previousPeriod, readRange } from "./range";

const now = new Date("2026-03-30T10:30:00Z");
const context = { timeZone: "Europe/Berlin", now, fallback: "30d" as const };

describe("a range", () => {
  it("of 7 days ends with today in the person's zone and holds 7 days", () => {
    const range = readRange({ range: "7d" }, context);
    expect([range.first, range.last]).toEqual(["2026-03-24", "2026-03-30"]);
    expect(range.from.toISOString()).toBe("2026-03-23T23:00:00.000Z");
    expect(range.until.toISOString()).toBe("2026-03-30T22:00:00.000Z");
  });

  it("takes the days of the URL before a name, in either order", () => {
    const range = readRange({ range: "7d", from: "2026-02-10", to: "2026-02-01" }, context);
    expect([range.name, range.first, range.last]).toEqual(["custom", "2026-02-01", "2026-02-10"]);
  });

  it("falls back when the URL makes no sense", () => {
    expect(readRange({ range: "toString" }, context).name).toBe("30d");
    expect(readRange({ from: "2026-02-30", to: "2026-03-01" }, context).name).toBe("30d");
  });

  it("holds no more days than payments can have, whatever the URL asks for", () => {
    const days = (from: string, to: string) => {
      const { first, last } = readRange({ from, to }, context);
      return [first, last];
    };
    expect(days("2000-01-01", "2999-12-31")).toEqual(["2025-01-01", "2026-03-30"]);
    expect(days("2001-01-01", "2002-01-01")).toEqual(["2025-01-01", "2025-01-01"]);
    expect(days("2999-12-31", "2999-12-31")).toEqual(["2999-12-31", "2999-12-31"]);
    expect(readRange({ from: "0001-01-01", to: "9999-12-31" }, context).name).toBe("30d");
  });

  it("is compared with the same days before, up to the same time of day while it runs", () => {
    const before = previousPeriod(readRange({ range: "7d" }, context), now);
    expect(before.from.toISOString()).toBe("2026-03-16T23:00:00.000Z");
    // 12:30 in Berlin a week ago, before the clock went forward.
    expect(before.until.toISOString()).toBe("2026-03-23T11:30:00.000Z");
  });

  it("is compared with whole days when it is over", () => {
    const range = readRange({ from: "2026-02-01", to: "2026-02-28" }, context);
    const before = previousPeriod(range, now);
    expect(before.from.toISOString()).toBe("2026-01-03T23:00:00.000Z");
    expect(before.until).toEqual(range.from);
  });

  it("is cut into days without gap or overlap, also across a change of the clock", () => {
    const range = readRange({ from: "2026-03-26", to: "2026-03-30" }, context);
    const cut = buckets(range).buckets;
    expect(cut).toHaveLength(5);
    expect(cut[0]?.from).toEqual(range.from);
    expect(cut.at(-1)?.until).toEqual(range.until);
    for (const [index, bucket] of cut.entries()) {
      if (index > 0) expect(bucket.from).toEqual(cut[index - 1]?.until);
    }
  });

  it("of one day is cut into its hours: 23, 24 or 25", () => {
    const hours = (day: string) => buckets(readRange({ from: day, to: day }, context)).buckets.length;
    expect([hours("2026-03-29"), hours("2026-03-30"), hours("2026-10-25")]).toEqual([23, 24, 25]);
  });
});
