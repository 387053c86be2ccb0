/**
 * Lets all who ask for the same thing at once share one reading of it, so that a flood costs the database what one caller
 * at a time would (faults J6). Whoever asks while one is under way shares the next: it might have been read before the
 * change that this caller comes after, and a replaced payout address must be quoted to nobody (faults F3).
 */
export function shareReads<T>(read: (key: string) => Promise<T>): (key: string) => Promise<T> {
  const underWay = new Map<string, { now: Promise<T>; next: Promise<T> | null }>();

  function begin(key: string): Promise<T> {
    const reading: { now: Promise<T>; next: Promise<T> | null } = { now: read(key), next: null };
    underWay.set(key, reading);
    const end = () => {
      if (reading.next === null) underWay.delete(key);
    };
    reading.now.then(end, end);
    return reading.now;
  }

  return (key) => {
    const reading = underWay.get(key);
    if (reading === undefined) return begin(key);
    const again = () => begin(key);
    reading.next ??= reading.now.then(again, again);
    return reading.next;
  };
}
