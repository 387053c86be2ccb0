const SWATCHES = [
  "bg-series-1",
  "bg-series-2",
  "bg-series-3",
  "bg-series-4",
  "bg-series-5",
  "bg-series-6",
] as const;

/** The class that paints the key of a series, by its place in the stack. */
export function swatchOf(place: number): string {
  return SWATCHES[place] ?? SWATCHES[5];
}
