/** A calendar day, `2026-03-29`; which instants it spans depends on a time zone. */
export type Day = string;

const DAY_MS = 86_400_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function partsFormat(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat("en-CA", {
    timeZone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
  });
  formats.set(timeZone, format);
  return format;
}

/** Writes an instant as a clock in the zone shows it, `2026-03-29T03:30:00`. */
export function localTime(at: Date, timeZone: string): string {
  const parts = partsFormat(timeZone).formatToParts(at);
  const part = (type: Intl.DateTimeFormatPartTypes) =>
    parts.find((candidate) => candidate.type === type)?.value ?? "";
  const date = `${part("year")}-${part("month")}-${part("day")}`;
  return `${date}T${part("hour")}:${part("minute")}:${part("second")}`;
}

/** The day an instant falls on in the zone. */
export function dayOf(at: Date, timeZone: string): Day {
  return localTime(at, timeZone).slice(0, 10);
}

/** The day `count` days later, or earlier when negative. */
export function addDays(day: Day, count: number): Day {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

/** How many days lie from `first` to `last`, both counted. */
export function countDays(first: Day, last: Day): number {
  return Math.round((Date.parse(last) - Date.parse(first)) / DAY_MS) + 1;
}

/** Tells whether a text is a day of this millennium that exists, so that `2026-02-30` typed into a URL is refused. */
export function isDay(text: string): boolean {
  if (!/^2\d{3}-\d{2}-\d{2}$/.test(text)) return false;
  const at = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text);
}

/** The first instant of a day in the zone, also where the clock skips or repeats midnight. */
export function dayStart(day: Day, timeZone: string): Date {
  const midnight = Date.parse(`${day}T00:00:00Z`);
  const under = (at: number) => {
    const local = Date.parse(`${localTime(new Date(at), timeZone)}Z`);
    return new Date(midnight - (local - at));
  };
  // A change of the clock near midnight gives two candidates: the offset before it and the one after.
  const candidates = [under(midnight - DAY_MS), under(midnight + DAY_MS)];
  const onDay = candidates.filter((at) => dayOf(at, timeZone) === day);
  const [first = candidates[0]] = onDay.sort((a, b) => a.getTime() - b.getTime());
  return first ?? new Date(midnight);
}
