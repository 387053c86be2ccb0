import { writeFile } from "node:fs/promises";
import { parseArgs } from "node:util";
import { readMachine } from "./machine";
import { stepsOf } from "./progress";
import type { Row } from "./row";
import { openStage } from "./stage";
import { type Drawn, drawTable } from "./table";

/** In the order they run and stand in the table. */
const ROWS: Record<string, () => Promise<{ default: Row }>> = {
  unpaid: () => import("./rows/unpaid"),
  paid: () => import("./rows/paid"),
  "paid-alone": () => import("./rows/paid-alone"),
  gas: () => import("./rows/gas"),
  verify: () => import("./rows/verify"),
  replay: () => import("./rows/replay"),
  free: () => import("./rows/free"),
  calm: () => import("./rows/calm"),
  csv: () => import("./rows/csv"),
  reading: () => import("./rows/reading"),
  growth: () => import("./rows/growth"),
};

const USAGE = `Usage: npm run bench -- [row …] [--rounds N] [--json FILE] [--quick]

  ${Object.keys(ROWS).join(", ")}; all of them when none is named.

  --rounds N   rounds that are counted, 5 by default
  --quick      small sizes and short rounds: to see that it works
`;

const options = readOptions();
if (options === null) {
  process.stderr.write(USAGE);
  process.exitCode = 2;
} else {
  process.exitCode = await run(options);
}

/** What was asked for; null when it cannot be understood, or nothing but help was. */
function readOptions() {
  try {
    const { positionals, values } = parseArgs({
      allowPositionals: true,
      options: {
        rounds: { type: "string", default: "5" },
        json: { type: "string", default: "bench/result.json" },
        quick: { type: "boolean", default: false },
      },
    });
    const names = positionals.length === 0 ? Object.keys(ROWS) : positionals;
    const rounds = Number(values.rounds);
    const isClear =
      names.every((name) => Object.hasOwn(ROWS, name)) && Number.isSafeInteger(rounds) && rounds > 0;
    return isClear ? { ...values, names, rounds } : null;
  } catch {
    return null;
  }
}

/** Measures the rows one after the other; a row that breaks says so in the table and fails the run. */
async function run({ names, rounds, quick, json }: NonNullable<typeof options>): Promise<number> {
  const machine = readMachine();
  const stage = openStage(quick ? "quick" : "full", stepsOf("setting up"));
  const drawn: Drawn[] = [];
  let broken = 0;
  const interrupt = () => {
    process.stderr.write("Ending what was started.\n");
    stage.close().finally(() => process.exit(130));
  };
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    for (const row of names) {
      const step = stepsOf(row);
      const blank: Drawn = { row, figures: [], notes: [], missing: null };
      try {
        const loaded = await ROWS[row]?.();
        const outcome = await loaded?.default(stage, { rounds, quick, step });
        drawn.push({ ...blank, ...outcome });
      } catch (error) {
        broken += 1;
        step(`broken: ${error instanceof Error ? error.stack : error}`);
        drawn.push({ ...blank, missing: `it broke: ${String(error).split("\n")[0]}` });
      }
      // After each row: some take long, and what was measured must not be lost with one.
      const result = { machine, quick, rows: drawn };
      await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
    }
  } finally {
    await stage.close();
  }
  process.stdout.write(`\n${drawTable(machine, drawn)}\n\nAlso in ${json}.\n`);
  return broken === 0 ? 0 : 1;
}
