import { execFile } from "node:child_process";
import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import { setInterval } from "node:timers";
import { promisify } from "node:util";
import { isInstalled } from "@/bench/installed";
import type { Shelf } from "@/bench/library";
import { residentMiB } from "@/bench/processes";
import { sideBySide } from "@/bench/rounds";
import type { Row } from "@/bench/row";
import { median, ratios } from "@/bench/statistics";
import { createApiKey } from "@/lib/auth/api-keys";
import type { MerchantId } from "@/lib/ids";
import { memberByEmail } from "@/lib/merchants/member";
import { EXPORT_SETTINGS, exportStatement } from "@/lib/revenue/export-statement";

const SAMPLE_MS = 100;
const LINE_FEED = 10;
const run = promisify(execFile);

/** How fast a merchant's whole history comes as CSV, and what that takes of our memory. */
const csv: Row = async (stage, { rounds, step }) => {
  if (!isInstalled("psql")) return { missing: "psql is not installed (Debian package postgresql-client)" };
  const { old } = await stage.library();
  const key = await keyOf(old);
  const statement = statementOf(old);
  const { house, exported } = old;
  const before = await residentMiB(house.pid);
  const done = await sideBySide(
    rounds,
    {
      Farebox: () => download(house, key, exported),
      psql: () => copy(house.databaseUrl, statement, exported),
    },
    step,
  );
  const speeds = (of: readonly { seconds: number }[]) => of.map(({ seconds }) => exported / seconds);
  const words = (of: readonly { seconds: number }[]) => `${Math.round(median(speeds(of)))} rows/s`;
  const highest = done.Farebox.map(({ highestMiB }) => highestMiB);
  return {
    figures: [
      {
        measure: `CSV of ${exported.toLocaleString("en")} settlements, rows/s`,
        against: "psql \\copy of the same query",
        reach: { least: 0.6 },
        unit: "×",
        rounds: ratios(speeds(done.Farebox), speeds(done.psql)),
        ours: words(done.Farebox),
        theirs: words(done.psql),
      },
      {
        measure: "memory of our process while it exports",
        against: "the same before the first export",
        reach: { most: 50 },
        unit: "MiB",
        rounds: highest.map((most) => most - before),
        ours: `at most ${Math.round(median(highest))} MiB`,
        theirs: `${Math.round(before)} MiB`,
      },
    ],
    notes: [
      "over HTTP with an API key, each row counted; psql writes its rows to /dev/null, with the plan that our export asks for.",
      `resident memory, looked at every ${SAMPLE_MS} ms.`,
    ],
  };
};

export default csv;

async function keyOf({ house }: Shelf): Promise<string> {
  const { db } = house.parts.database;
  const member = await memberByEmail(db, "exporter@example.com");
  const made = member && (await createApiKey(db, member.merchantId, member.userId, "Bench"));
  if (!made?.ok) throw new Error("The exporter got no key");
  return made.key;
}

/** What our export asks PostgreSQL for, in one line as psql's `\copy` wants it. */
function statementOf({ house, exporter }: Shelf): string {
  const networks = new Map([...house.parts.chains.values()].map(({ network }) => [network.id, network]));
  const scope = {
    merchantId: exporter.merchantId as MerchantId,
    networks: [...networks.keys()],
    from: new Date("2025-01-01"),
    until: new Date(Date.now() + 86_400_000),
  };
  return exportStatement(scope, { networks, timeZone: "UTC" })
    .replaceAll("\n", " ")
    .replace(/^\s*copy/, "\\copy")
    .replace(/to stdout(?= \([^)]*\)\s*$)/, "to '/dev/null'");
}

async function download({ pid, port, host }: Shelf["house"], key: string, rows: number) {
  let highestMiB = 0;
  const watch = setInterval(async () => {
    highestMiB = Math.max(highestMiB, await residentMiB(pid));
  }, SAMPLE_MS);
  try {
    const began = performance.now();
    const headers = { host, authorization: `Bearer ${key}` };
    const request = get({ port, path: "/payments/export?range=all", headers });
    const [answer] = (await once(request, "response")) as [IncomingMessage];
    const lines = await countLines(answer);
    const seconds = (performance.now() - began) / 1000;
    if (answer.statusCode !== 200 || lines !== rows + 1)
      throw new Error(`The export was ${answer.statusCode}, and of ${lines} lines`);
    return { seconds, highestMiB };
  } finally {
    clearInterval(watch);
  }
}

async function countLines(answer: AsyncIterable<Buffer>): Promise<number> {
  let lines = 0;
  for await (const chunk of answer) {
    for (let at = chunk.indexOf(LINE_FEED); at !== -1; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
  }
  return lines;
}

async function copy(databaseUrl: string, statement: string, rows: number) {
  const settings = Object.entries(EXPORT_SETTINGS).map(([name, value]) => `-c ${name}=${value}`);
  const { PATH } = process.env;
  const began = performance.now();
  const { stdout } = await run(
    "psql",
    [databaseUrl, "--no-psqlrc", "--set=ON_ERROR_STOP=1", "-c", statement],
    // Planned as our export is, row by row along an index: left alone, PostgreSQL sorts on disk, which takes longer.
    { env: { NODE_ENV: "production", PATH, PGOPTIONS: `-c TimeZone=UTC ${settings.join(" ")}` } },
  );
  const seconds = (performance.now() - began) / 1000;
  if (stdout.trim() !== `COPY ${rows}`) throw new Error(`psql said: ${stdout}`);
  return { seconds };
}
