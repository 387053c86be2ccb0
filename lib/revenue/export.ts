import { type Readable, Writable } from "node:stream";
import { finished } from "node:stream/promises";
import type { Database } from "@/lib/db/client";
import type { MerchantId } from "@/lib/ids";
import type { Log } from "@/lib/log";
import type { ExportContext } from "./columns";
import { EXPORT_SETTINGS, exportHead, exportStatement } from "./export-statement";
import type { Scope } from "./scope";

/** Each export keeps a connection of its own, and a core of the database, busy for as long as its reader takes. */
const EXPORTS_AT_ONCE = 4;
/** A reader who takes nothing for this long, or is not done after so long, is cut off. */
const STILL_MS = 60_000;
const LONGEST_MS = 30 * 60_000;
/** As many rows as fill this are handed over at once. */
const PART_BYTES = 65_536;

const running = new Set<MerchantId>();

/**
 * Writes every payment of a scope as CSV, oldest first, from one snapshot; null while this merchant, or too many others,
 * read one. Rows are taken from the database at the reader's pace, so memory stays the same however long the file is; a
 * reader who goes away gives the connection back. The stream ends with an error, and the log says so, where the file is not
 * whole.
 */
export function startExport(
  { copyOut }: Pick<Database, "copyOut">,
  scope: Scope,
  context: ExportContext,
  log: Log,
): ReadableStream<Uint8Array> | null {
  const { merchantId } = scope;
  if (running.has(merchantId) || running.size >= EXPORTS_AT_ONCE) return null;
  running.add(merchantId);
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const writer = writable.getWriter();
  const take = (part: Uint8Array) => withinTime(writer.write(part), STILL_MS);
  writeFile(copyOut, scope, context, take)
    .then(() => writer.close())
    .catch((error: unknown) => {
      log.warn("export.broke_off", { merchantId, error });
      return writer.abort(error);
    })
    .finally(() => running.delete(merchantId));
  return readable;
}

/** Hands the file over in parts; `take` resolves once the reader wants more. */
async function writeFile(
  copyOut: Database["copyOut"],
  scope: Scope,
  context: ExportContext,
  take: (part: Uint8Array) => Promise<void>,
): Promise<void> {
  const copy = await copyOut(exportStatement(scope, context), {
    ...EXPORT_SETTINGS,
    TimeZone: context.timeZone,
    statement_timeout: LONGEST_MS,
  });
  try {
    await take(exportHead(context));
    await handOver(copy.rows, take);
  } finally {
    await copy.end();
  }
}

async function handOver(rows: Readable, take: (part: Uint8Array) => Promise<void>): Promise<void> {
  const parts = new Writable({
    highWaterMark: PART_BYTES,
    writev: (pending, taken) => {
      take(joined(pending.map(({ chunk }) => chunk))).then(() => taken(), taken);
    },
  });
  rows.once("error", (error) => parts.destroy(error));
  await finished(rows.pipe(parts));
}

/** Lines of CSV end with CRLF (RFC 4180); COPY ends each row, and no cell, with the LF that is its last byte. */
function joined(rows: readonly Uint8Array[]): Uint8Array {
  const part = Buffer.allocUnsafe(rows.reduce((bytes, row) => bytes + row.length + 1, 0));
  let at = 0;
  for (const row of rows) {
    part.set(row, at);
    at += row.length + 1;
    part.write("\r\n", at - 2, "latin1");
  }
  return part;
}

async function withinTime(taken: Promise<void>, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("The reader stood still")), limitMs);
  });
  await Promise.race([taken, late]).finally(() => clearTimeout(timer));
}
