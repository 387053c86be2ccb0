import { sql } from "drizzle-orm";
import { readClockDifference } from "@/lib/db/clock";
import { missingMigrations } from "@/lib/db/migrate";
import type { Parts } from "./parts";

/** How long an answer is given again, so that asking for it costs the chain nothing. */
const FRESH_MS = 2_000;
const DEADLINE_MS = 5_000;
/** How far our clock may be from the database's: payments are judged by both (faults D14). */
const MAX_CLOCK_DIFFERENCE_MS = 2_000;

/** Tells what keeps this process from serving, one sentence each; nothing when it is ready. */
export type Readiness = () => Promise<string[]>;

/** Watches the database, its migrations, and every network. */
export function watchReadiness(parts: Pick<Parts, "database" | "chains">): Readiness {
  let known: Promise<string[]> | undefined;
  let until = 0;
  return () => {
    if (known === undefined || Date.now() > until) {
      known = findFaults(parts);
      until = Date.now() + FRESH_MS;
    }
    return known;
  };
}

async function findFaults({ database, chains }: Pick<Parts, "database" | "chains">): Promise<string[]> {
  const late = AbortSignal.timeout(DEADLINE_MS);
  const inTime = (who: string, faults: Promise<string[]>) => {
    const deadline = new Promise<string[]>((resolve) =>
      late.addEventListener("abort", () => resolve([`${who} does not answer in time.`])),
    );
    return Promise.race([faults, deadline]);
  };
  const found = await Promise.all([
    inTime("The database", databaseFaults(database)),
    ...[...chains.values()].map((chain) => inTime(`The chain of ${chain.network.name}`, chain.faults())),
  ]);
  return found.flat();
}

async function databaseFaults(database: Parts["database"]): Promise<string[]> {
  try {
    const missing = await missingMigrations(database);
    const [row] = await database.db.execute(
      sql`select current_setting('transaction_read_only') as read_only`,
    );
    return [
      ...(missing === 0 ? [] : [`The database lacks ${missing} migrations.`]),
      // A standby, or a primary that is one no more: what was answered there could not be kept.
      ...(row?.read_only === "on" ? ["The database takes no writes."] : []),
      ...((await readClockDifference(database)) > MAX_CLOCK_DIFFERENCE_MS
        ? ["The clocks of this machine and of the database differ by more than 2 s."]
        : []),
    ];
  } catch {
    return ["The database does not answer."];
  }
}
