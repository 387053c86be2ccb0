import { setImmediate } from "node:timers/promises";
import { keptLog } from "@/lib/chain/fixture";
import type { Database } from "@/lib/db/client";
import type { Log } from "@/lib/log";
import type { ExportContext } from "./columns";
import { startExport } from "./export";
import { parseCsv } from "./fixture";
import type { Scope } from "./scope";

const NOTHING_KNOWN: ExportContext = { networks: new Map(), timeZone: "UTC" };

/** Starts the export of a scope as soon as those before it have ended. */
export async function exported(
  database: Pick<Database, "copyOut">,
  scope: Scope,
  context = NOTHING_KNOWN,
  log: Log = keptLog(),
): Promise<ReadableStream<Uint8Array>> {
  for (;;) {
    const csv = startExport(database, scope, context, log);
    if (csv) return csv;
    await setImmediate();
  }
}

/** Reads the export of a scope to its end: a record for each row. */
export async function readCsv(database: Pick<Database, "copyOut">, scope: Scope, context = NOTHING_KNOWN) {
  return parseCsv(await new Response(await exported(database, scope, context)).text());
}
