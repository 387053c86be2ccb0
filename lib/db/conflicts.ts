import { setTimeout as sleep } from "node:timers/promises";
import { hasCode } from "./error-code";

/** A transaction that could not be serialized (40001), or that was chosen to end a deadlock (40P01). */
const CONFLICT = /^40(001|P01)$/;
const RETRIES = 3;
const PAUSE_MS = 20;

/** Runs a statement or a transaction, again up to three times while the database undid it for another's sake (faults E6). */
export async function despiteConflicts<T>(work: () => Promise<T>): Promise<T> {
  for (let retry = 1; ; retry += 1) {
    try {
      return await work();
    } catch (error) {
      if (!hasCode(error, CONFLICT) || retry > RETRIES) throw error;
      // Not all at the same time again.
      await sleep(PAUSE_MS * retry * (0.5 + Math.random()));
    }
  }
}
