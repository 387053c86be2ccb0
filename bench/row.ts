import type { Outcome } from "./figure";
import type { Step } from "./progress";
import type { Stage } from "./stage";

/** How a row is to be measured. */
export interface RowOptions {
  /** How many rounds are counted, after one that warms up. */
  rounds: number;
  /** A small size, to see that it works; its figures mean little. */
  quick: boolean;
  step: Step;
}

/** One row of the table. */
export type Row = (stage: Stage, options: RowOptions) => Promise<Outcome>;
