import { type Figure, isReached, type Reach } from "./figure";
import type { Machine } from "./machine";
import { median } from "./statistics";

const HEAD = ["row", "measure", "against", "reach", "measured", "rounds", "Farebox", "against it"];

/** A row of the table, before it is drawn: its name, and its figures or why there are none. */
export interface Drawn {
  row: string;
  figures: readonly Figure[];
  notes: readonly string[];
  missing: string | null;
}

/** Draws what was measured as a Markdown table, with the machine above it and the notes below. */
export function drawTable(machine: Machine, rows: readonly Drawn[]): string {
  const lines = rows.flatMap(({ row, figures, missing }) =>
    missing === null
      ? figures.map((figure) => cellsOf(row, figure))
      : [[row, `not measured: ${missing}`, "", "", "", "", "", ""]],
  );
  const notes = rows.flatMap(({ row, notes }) => notes.map((note) => `- ${row}: ${note}`));
  return [describe(machine), drawn([HEAD, ...lines]), notes.join("\n")].join("\n\n");
}

function describe(machine: Machine): string {
  const { date, commit, changed, cores, cpu, memoryGiB, node, kernel, loadBefore } = machine;
  const at = changed ? `${commit} with changes` : commit;
  return `${date}, commit ${at}. ${cores} cores (${cpu}), ${memoryGiB} GiB, Node ${node}, ${kernel}, load before ${loadBefore.toFixed(2)}.`;
}

function cellsOf(row: string, { measure, against, reach, rounds, unit, ours, theirs }: Figure): string[] {
  const value = median(rounds);
  const verdict = reach === null ? "" : isReached(value, reach) ? " ✓" : " ✗";
  const spread = `${write(Math.min(...rounds), unit)}–${write(Math.max(...rounds), unit)} (${rounds.length})`;
  return [row, measure, against, bound(reach, unit), `${write(value, unit)}${verdict}`, spread, ours, theirs];
}

function bound(reach: Reach | null, unit: Figure["unit"]): string {
  if (reach === null) return "";
  return "least" in reach ? `≥ ${write(reach.least, unit)}` : `≤ ${write(reach.most, unit)}`;
}

function write(value: number, unit: Figure["unit"]): string {
  const text = Math.abs(value) >= 100 ? value.toFixed(0) : String(Number(value.toPrecision(3)));
  return unit === "×" ? `${text}×` : `${text} ${unit}`;
}

function drawn(rows: readonly string[][]): string {
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const [head = [], ...body] = rows;
  return [line(head), `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`, ...body.map(line)].join(
    "\n",
  );
}
