import { type SQL, sql } from "drizzle-orm";

/** White space as JavaScript knows it, but for tab, CR and LF. */
const SPACES = "\v\f \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000\ufeff";
/** Characters a spreadsheet takes for the start of a formula, also full-width and behind spaces. */
const FORMULA = `^[${SPACES}]*[-=+@\t\r\n＝＋－＠]`;

/**
 * Text another person chose could be a formula that runs when the merchant opens the file (CSV injection), so text that
 * begins like one gets an apostrophe in front. Most begins with a letter, a digit or a slash, which costs least to see.
 */
export function harmless(text: SQL): SQL {
  return sql`case when ascii(${text}) between 47 and 57 or ascii(${text}) between 65 and 122 then ${text}
    when ${text} ~ ${FORMULA} then '''' || ${text} else ${text} end`;
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
