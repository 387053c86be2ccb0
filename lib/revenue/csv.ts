/** Characters a spreadsheet takes for the start of a formula, also full-width and behind spaces. */
const FORMULA = /^[\s\u00a0\u3000]*[=+\-@\t\r\n＝＋－＠]/;

/**
 * Writes one cell (RFC 4180), always quoted. Text another person chose could be a formula that runs when the merchant
 * opens the file (CSV injection), so text that begins like one gets an apostrophe in front.
 */
export function cell(value: string | number | bigint | null): string {
  const text = value === null ? "" : String(value);
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return `"${safe.replaceAll('"', '""')}"`;
}

/** Writes one line, ended by CRLF. */
export function line(cells: readonly (string | number | bigint | null)[]): string {
  return `${cells.map(cell).join(",")}\r\n`;
}

/** A file name that every system accepts: words of a text in ASCII, joined by hyphens. */
export function fileWord(text: string): string {
  const ascii = text.normalize("NFKD").replace(/[^\x20-\x7e]/g, "");
  return (
    ascii
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, "-")
      .replace(/^-+|-+$/g, "")
      .slice(0, 40) || "merchant"
  );
}
