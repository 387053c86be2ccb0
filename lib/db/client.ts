import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { copyOut, type SessionSettings } from "./copy-out";
import { openGate } from "./gate";
import { withPatience } from "./patience";
import { openRenewable } from "./renewable";

/**
 * Options of every connection. A stuck statement, lock or transaction ends by itself and never holds a paid request;
 * and what was committed is on disk, and on the synchronous standby where there is one, whatever the server's default.
 */
const SESSION = {
  statement_timeout: 3_000,
  lock_timeout: 1_000,
  idle_in_transaction_session_timeout: 5_000,
  synchronous_commit: "on",
  // Statements here take milliseconds, also those that are guessed to read much: compiling them would take longer.
  jit: "off",
};

/** How long a statement waits for a connection when all are in use, unless who opens the pool has more time. */
const WAIT_MS = 500;

/**
 * Opens a pool of at most `max` connections, for one of which a statement waits up to `waitMs`; `sql` is the driver for
 * hand-written statements, `db` is drizzle over it; `copyOut` reads beside the pool.
 */
export function openDatabase(url: string, max: number, waitMs = WAIT_MS) {
  const pool = openRenewable(() =>
    postgres(url, {
      max,
      connect_timeout: 5,
      idle_timeout: 60,
      // Asked for on every new connection, and when that breaks meanwhile, nobody hears of its failure but the process.
      fetch_types: false,
      onnotice: () => {},
      connection: { application_name: "farebox", TimeZone: "UTC", ...SESSION },
    }),
  );
  const gate = openGate(max, waitMs);
  const db = drizzle(withPatience(pool, gate));
  /** How many wait for a connection, and did. */
  const counts = () => gate.counts();
  return {
    get sql() {
      return pool.current();
    },
    db,
    counts,
    copyOut: (statement: string, settings: SessionSettings) => copyOut(url, statement, settings),
    close: pool.end,
  };
}

/** A pool and drizzle over it. */
export type Database = ReturnType<typeof openDatabase>;

/** What reads and writes take: the pool's drizzle, or a transaction of it. */
export type Db = Database["db"] | Parameters<Parameters<Database["db"]["transaction"]>[0]>[0];
