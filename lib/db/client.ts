import { drizzle } from "drizzle-orm/postgres-js";
import postgres from "postgres";
import { survivingLostConnections } from "./lost-connections";

/** Options of every pool: a stuck statement, lock or transaction ends by itself and never holds a paid request. */
const SESSION = { statement_timeout: 3_000, lock_timeout: 1_000, idle_in_transaction_session_timeout: 5_000 };

/** Opens a pool of at most `max` connections; `sql` is the driver for hand-written statements, `db` is drizzle over it. */
export function openDatabase(url: string, max: number) {
  const sql = postgres(url, {
    max,
    connect_timeout: 5,
    idle_timeout: 60,
    // Asked for on every new connection, and when that breaks meanwhile, nobody hears of its failure but the process.
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "farebox", TimeZone: "UTC", ...SESSION },
  });
  return { sql, db: drizzle(survivingLostConnections(sql)), close: () => sql.end({ timeout: 5 }) };
}

/** A pool and drizzle over it. */
export type Database = ReturnType<typeof openDatabase>;

/** What reads and writes take: the pool's drizzle, or a transaction of it. */
export type Db = Database["db"] | Parameters<Parameters<Database["db"]["transaction"]>[0]>[0];
