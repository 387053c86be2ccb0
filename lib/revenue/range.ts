import { addDays, countDays, type Day, dayOf, dayStart, isDay } from "./days";

/** The ranges a person picks with one press, and their length in days; `null` is from the first payment on. */
export const PRESETS = { today: 1, "7d": 7, "30d": 30, "90d": 90, all: null } as const;

/** A range by its name in the URL. */
export type RangeName = keyof typeof PRESETS | "custom";

/** Days, both included, in a time zone; `from` and `until` are its instants, half-open. */
export interface Range {
  name: RangeName;
  first: Day;
  last: Day;
  timeZone: string;
  from: Date;
  until: Date;
}

/** Before every payment: Farebox did not exist. */
const BEGINNING: Day = "2025-01-01";

function spanning(name: RangeName, first: Day, last: Day, timeZone: string): Range {
  return {
    name,
    first,
    last,
    timeZone,
    from: dayStart(first, timeZone),
    until: dayStart(addDays(last, 1), timeZone),
  };
}

const later = (one: Day, other: Day) => (one > other ? one : other);

/** Reads a range from the URL; what cannot be read becomes `fallback`, reversed days are turned round. */
export function readRange(
  given: { range?: string; from?: string; to?: string },
  context: { timeZone: string; now: Date; fallback: keyof typeof PRESETS },
): Range {
  const { timeZone, now, fallback } = context;
  const today = dayOf(now, timeZone);
  const { from = "", to = "" } = given;
  if (isDay(from) && isDay(to)) {
    const [start = from, end = to] = [from, to].sort();
    // A chart has a bar for every day: days that can hold no payment are left out, or a URL could ask for a million.
    const first = later(start, BEGINNING);
    const [last = end] = [end, today].sort();
    return spanning("custom", first, later(first, last), timeZone);
  }
  const name = Object.keys(PRESETS).find((preset) => preset === given.range) ?? fallback;
  const days = PRESETS[name as keyof typeof PRESETS];
  const first = days === null ? BEGINNING : addDays(today, 1 - days);
  return spanning(name as keyof typeof PRESETS, first, today, timeZone);
}

/** The same number of days right before; when the range is still running, cut at the same time of its last day. */
export function previousPeriod(range: Range, now: Date): { from: Date; until: Date } {
  const days = countDays(range.first, range.last);
  const from = dayStart(addDays(range.first, -days), range.timeZone);
  if (now >= range.until || now < range.from) return { from, until: range.from };
  const today = dayOf(now, range.timeZone);
  const elapsedMs = now.getTime() - dayStart(today, range.timeZone).getTime();
  const sameTime = dayStart(addDays(today, -days), range.timeZone).getTime() + elapsedMs;
  return { from, until: new Date(Math.min(sameTime, range.from.getTime())) };
}

/** One bar of a chart, half-open. */
export interface Bucket {
  from: Date;
  until: Date;
}

const HOUR_MS = 3_600_000;

/** A range cut into hours when it is one day, else into days; together they are exactly the range. */
export function buckets(range: Range): { unit: "hour" | "day"; buckets: Bucket[] } {
  const days = countDays(range.first, range.last);
  const starts: Date[] = [];
  if (days === 1) {
    for (let at = range.from.getTime(); at < range.until.getTime(); at += HOUR_MS) starts.push(new Date(at));
  } else {
    for (let day = 0; day < days; day += 1) starts.push(dayStart(addDays(range.first, day), range.timeZone));
  }
  const cut = starts.map((from, index) => ({ from, until: starts[index + 1] ?? range.until }));
  return { unit: days === 1 ? "hour" : "day", buckets: cut };
}
