import type { Readable } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import postgres, { type Sql } from "postgres";

/** A `COPY … TO STDOUT` under way. */
export interface CopyOut {
  /** One chunk for each row, ended by LF. It fails where the rows are not whole; destroying it would stall the connection. */
  rows: Readable;
  /** Gives the connection back, also when rows are left. */
  end(): Promise<void>;
}

/** Settings of a session, by PostgreSQL's names. */
export type SessionSettings = Readonly<Record<string, string | number>>;

/**
 * Begins to copy on a connection of its own: it lasts as long as its reader takes, and the pool is for paid requests.
 * The statement goes out as it stands, for COPY knows no parameters.
 */
export async function copyOut(url: string, statement: string, settings: SessionSettings): Promise<CopyOut> {
  const sql = connect(url, settings);
  try {
    const [backend] = await sql<{ pid: number }[]>`select pg_backend_pid() as pid`;
    const rows = await sql.unsafe(statement).readable();
    const end = async () => {
      if (!rows.readableEnded && !rows.destroyed) await cancel(url, rows, backend?.pid ?? null);
      await sql.end({ timeout: 0 });
    };
    return { rows, end };
  } catch (error) {
    await sql.end({ timeout: 0 });
    throw error;
  }
}

function connect(url: string, settings: SessionSettings): Sql {
  return postgres(url, {
    max: 1,
    connect_timeout: 5,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "farebox", ...settings },
  });
}

/** Longer than a server that is there takes to end a copy. */
const CANCELLED_WITHIN_MS = 5_000;

/** Ends a copy early; the driver itself can end none. */
async function cancel(url: string, rows: Readable, pid: number | null): Promise<void> {
  const over = new Promise((resolve) => rows.once("close", resolve));
  const late = sleep(CANCELLED_WITHIN_MS, undefined, { ref: false });
  // Until what is on its way was taken, the server neither sees that it shall stop nor that nobody is there.
  rows.on("error", () => {}).resume();
  const sql = connect(url, {});
  await sql`select pg_cancel_backend(${pid}::int)`.catch(() => {});
  await sql.end({ timeout: 0 });
  await Promise.race([over, late]);
}
