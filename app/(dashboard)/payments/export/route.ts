import { readQuery, readView } from "@/app/(dashboard)/view";
import { readerOf } from "@/lib/auth/reader";
import { fileWord } from "@/lib/revenue/csv";
import { startExport } from "@/lib/revenue/export";
import { parts } from "@/lib/server/parts";

/** Streams the payments a query means as CSV, to a person or to a program with a key: the same set as the page of the same query, whole. */
export async function GET(request: Request): Promise<Response> {
  const reader = await readerOf(request, "payments:read");
  if (reader === null) {
    return new Response("This API key opens nothing: it is mistyped, or was revoked.\n", {
      status: 401,
      headers: { "content-type": "text/plain; charset=utf-8", "www-authenticate": "Bearer" },
    });
  }
  const query = await readQuery(Promise.resolve(Object.fromEntries(new URL(request.url).searchParams)));
  const { scope, range, mode, networks } = await readView(reader, query, "30d", query.mode);
  const file = `farebox-${fileWord(reader.merchantName)}-${mode}-${range.first}-to-${range.last}.csv`;
  const { database, log } = parts();
  const context = {
    networks: new Map(networks.map((network) => [network.id, network])),
    timeZone: reader.timeZone,
  };
  const rows = startExport(database, scope, context, log);
  if (rows === null) {
    return new Response("Other downloads are running. Try again in a minute.\n", {
      status: 503,
      headers: { "content-type": "text/plain; charset=utf-8", "retry-after": "60" },
    });
  }
  return new Response(rows, {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${file}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
