const SLOT_MS = 900_000;

/** The start of the quarter of an hour an instant lies in; the triggers of migration 0016 say the same in SQL. */
export function slotOf(at: Date): Date {
  return new Date(Math.floor(at.getTime() / SLOT_MS) * SLOT_MS);
}

/** The slots that lie wholly within two instants, half-open; null when none does. */
export function slotsWithin(from: Date, until: Date): { from: Date; until: Date } | null {
  const first = slotOf(new Date(from.getTime() + SLOT_MS - 1));
  const end = slotOf(until);
  return first < end ? { from: first, until: end } : null;
}
