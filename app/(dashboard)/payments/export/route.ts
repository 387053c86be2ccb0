import { readQuery, readView } from "@/app/(dashboard)/view";
import { requireSession } from "@/lib/auth/session";
import { fileWord } from "@/lib/revenue/csv";
import { startExport } from "@/lib/revenue/export";
import { parts } from "@/lib/server/parts";

/** Streams the payments a query means as CSV: the same set as the page of the same query, whole. */
export async function GET(request: Request): Promise<Response> {
  const session = await requireSession();
  const query = await readQuery(Promise.resolve(Object.fromEntries(new URL(request.url).searchParams)));
  const { scope, range, mode, networks } = await readView(session, query, "30d");
  const file = `farebox-${fileWord(session.merchantName)}-${mode}-${range.first}-to-${range.last}.csv`;
  const rows = startExport(parts().database, scope, {
    networks: new Map(networks.map((network) => [network.id, network])),
    timeZone: session.timeZone,
  });
  if (rows === null) {
    return new Response("Other downloads are running. Try again in a minute.\n", {
      status: 503,
      headers: { "content-type": "text/plain; charset=utf-8", "retry-after": "60" },
    });
  }
  return new Response(rows.pipeThrough(new TextEncoderStream()), {
    headers: {
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": `attachment; filename="${file}"`,
      "cache-control": "private, no-store",
      "x-content-type-options": "nosniff",
    },
  });
}
