import { countDays } from "@/lib/revenue/days";
import type { Bucket, Range } from "@/lib/revenue/range";

const noon = (day: string) => new Date(`${day}T12:00:00Z`);

/** A range in words, `1 – 30 October 2026`. */
export function rangeWords({ name, first, last }: Range): string {
  const format = new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" });
  if (name === "all") return `everything until ${format.format(noon(last))}`;
  return format.formatRange(noon(first), noon(last));
}

/** What a range is compared with, in words: `in the 30 days before`; a running one only up to the same time. */
export function beforeWords({ first, last, until }: Range, now: Date): string {
  const days = countDays(first, last);
  const before = days === 1 ? "the day before" : `in the ${days} days before`;
  return now < until ? `${before}, up to this time` : before;
}

/** The texts of a bar: short under it, whole in its tooltip. */
export function bucketWords(unit: "hour" | "day", { from, until }: Bucket, timeZone: string) {
  const write = (options: Intl.DateTimeFormatOptions, at: Date) =>
    new Intl.DateTimeFormat("en-GB", { ...options, timeZone }).format(at);
  const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  if (unit === "day") {
    return {
      label: write({ day: "numeric", month: "short" }, from),
      title: write({ dateStyle: "full" }, from),
    };
  }
  const label = write(clock, from);
  return {
    label,
    title: `${write({ day: "numeric", month: "long" }, from)}, ${label} to ${write(clock, until)}`,
  };
}
