const FORMAT = {
  day: { dateStyle: "medium" },
  minute: { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" },
  second: { dateStyle: "medium", timeStyle: "medium", hourCycle: "h23" },
  full: {
    day: "numeric",
    month: "short",
    year: "numeric",
    hour: "2-digit",
    minute: "2-digit",
    second: "2-digit",
    hourCycle: "h23",
    timeZoneName: "short",
  },
} satisfies Record<string, Intl.DateTimeFormatOptions>;

function since(at: Date, now: Date): string | null {
  const seconds = Math.floor((now.getTime() - at.getTime()) / 1000);
  if (seconds < 0 || seconds >= 3600) return null;
  return seconds < 60 ? "just now" : `${Math.floor(seconds / 60)} min ago`;
}

/** An instant in the chosen zone, ISO and UTC in its title; relative only within the hour before `now`, when `now` is given. */
export function Time({
  at,
  timeZone,
  style = "minute",
  now,
}: {
  at: Date;
  /** IANA name. */
  timeZone: string;
  style?: keyof typeof FORMAT;
  now?: Date;
}) {
  const text = new Intl.DateTimeFormat("en-GB", { ...FORMAT[style], timeZone }).format(at);
  return (
    <time dateTime={at.toISOString()} title={at.toISOString()} className="whitespace-nowrap tabular-nums">
      {(now && since(at, now)) ?? text}
    </time>
  );
}
