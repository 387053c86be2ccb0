import { describe, expect, it } from "vitest";
import { addDays, countDays, dayOf, dayStart, isDay, localTime } from "./days";

const iso = (day: string, zone: string) => dayStart(day, zone).toISOString();

describe("a day in a time zone", () => {
  it("starts at local midnight on both sides of Greenwich", () => {
    expect(iso("2026-01-15", "UTC")).toBe("2026-01-15T00:00:00.000Z");
    expect(iso("2026-01-15", "Pacific/Auckland")).toBe("2026-01-14T11:00:00.000Z");
    expect(iso("2026-01-15", "Pacific/Honolulu")).toBe("2026-01-15T10:00:00.000Z");
    expect(iso("2026-01-15", "Asia/Kathmandu")).toBe("2026-01-14T18:15:00.000Z");
  });

  it("has 23 hours when the clock goes forward and 25 when it goes back", () => {
    const hours = (day: string) =>
      (dayStart(addDays(day, 1), "Europe/Berlin").getTime() - dayStart(day, "Europe/Berlin").getTime()) /
      3_600_000;
    expect([hours("2026-03-28"), hours("2026-03-29"), hours("2026-10-25")]).toEqual([24, 23, 25]);
  });

  it("starts at the first instant that is on it when the clock skips midnight", () => {
    expect(iso("2025-09-07", "America/Santiago")).toBe("2025-09-07T04:00:00.000Z");
    expect(localTime(dayStart("2025-09-07", "America/Santiago"), "America/Santiago")).toBe(
      "2025-09-07T01:00:00",
    );
  });

  it("starts at the first of two midnights when the clock repeats it", () => {
    expect(iso("2026-11-01", "America/Havana")).toBe("2026-11-01T04:00:00.000Z");
  });

  it("is the day its own start falls on, in every zone a person can choose", () => {
    const days = ["2026-03-08", "2026-03-29", "2026-04-05", "2026-09-06", "2026-10-25", "2026-11-01"];
    for (const zone of Intl.supportedValuesOf("timeZone")) {
      for (const day of days) {
        const start = dayStart(day, zone);
        expect(dayOf(start, zone), `${day} ${zone}`).toBe(day);
        // What tallies rely on, which count by the quarter of an hour.
        expect(start.getTime() % 900_000, `${day} ${zone}`).toBe(0);
        expect(dayOf(new Date(start.getTime() - 1), zone), `before ${day} ${zone}`).toBe(addDays(day, -1));
      }
    }
  });

  it("is counted and moved across months and leap years", () => {
    expect(addDays("2028-02-28", 1)).toBe("2028-02-29");
    expect(addDays("2026-01-01", -1)).toBe("2025-12-31");
    expect(countDays("2026-03-01", "2026-03-31")).toBe(31);
  });

  it("is refused when it does not exist", () => {
    expect(["2026-02-30", "2026-13-01", "20260101", "", "2026-1-1"].filter(isDay)).toEqual([]);
    expect(isDay("2026-02-28")).toBe(true);
  });
});
