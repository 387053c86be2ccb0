/** A bound that a figure should keep: at least so much, or at most. */
export type Reach = { least: number } | { most: number };

/** One figure of the table: what was measured of Farebox, beside what it is measured against. */
export interface Figure {
  /** What is measured, with the load it is measured under. */
  measure: string;
  /** What it is held against. */
  against: string;
  /** What the issue asks for; null for a figure that is only told. */
  reach: Reach | null;
  /** The figure, one for each round; the table shows their median. */
  rounds: readonly number[];
  unit: "×" | "ms" | "MiB";
  /** What was counted on either side, in words and medians. */
  ours: string;
  theirs: string;
}

/** What a row came to: its figures and what a reader must know of them, or why there are none. */
export type Outcome = { figures: readonly Figure[]; notes: readonly string[] } | { missing: string };

/** Whether a value keeps a bound. */
export function isReached(value: number, reach: Reach): boolean {
  return "least" in reach ? value >= reach.least : value <= reach.most;
}
