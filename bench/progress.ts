/** Says what is being done right now. */
export type Step = (what: string) => void;

/** Opens the steps of a row: a line for each, with the seconds since the bench began. */
export function stepsOf(row: string): Step {
  return (what) => {
    process.stderr.write(`${performance.now().toFixed(0).padStart(8)} ms  ${row}: ${what}\n`);
  };
}
