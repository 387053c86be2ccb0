import postgres from "postgres";
import { type Gathering, gather } from "@/lib/gather";

/** Rows of one statement at most, and when the next one no longer waits for it. */
const GROUP = { atMost: 64, overtakeMs: 50 };

/** Whether the server itself said that it did not do a statement; of one whose connection is gone, nobody knows. */
function isUndone(error: unknown): boolean {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof postgres.PostgresError) return cause.severity === "ERROR";
  }
  return false;
}

/**
 * Lets rows of concurrent requests travel as one statement: `write` takes many and gives their results in order. A row
 * that makes the statement fail fails alone, because then each is written by itself.
 */
export function groupCommit<Row, Result>(
  write: (rows: readonly Row[]) => Promise<readonly Result[]>,
  options: Pick<Gathering<Row>, "keyOf"> = {},
): (row: Row) => Promise<Result> {
  return gather(write, { ...GROUP, ...options, isUndone });
}
