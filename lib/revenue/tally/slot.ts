/** The length of what `payment_tallies` count, in milliseconds. */
export const QUARTER_MS = 900_000;
/** The length of what `hour_tallies` count, in milliseconds. */
export const HOUR_MS = 3_600_000;

/** The start of the slot of this length that an instant lies in; the triggers of migration 0016 say the same in SQL. */
export function slotOf(at: Date, lengthMs = QUARTER_MS): Date {
  return new Date(Math.floor(at.getTime() / lengthMs) * lengthMs);
}

/** The slots that lie wholly within two instants, half-open; null when none does. */
export function slotsWithin(from: Date, until: Date, lengthMs: number): { from: Date; until: Date } | null {
  const first = slotOf(new Date(from.getTime() + lengthMs - 1), lengthMs);
  const end = slotOf(until, lengthMs);
  return first < end ? { from: first, until: end } : null;
}
