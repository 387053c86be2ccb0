import type { Database } from "./client";

/**
 * Runs a statement that every connection plans once and keeps, so it is for texts of which there are few. What varies is
 * passed as text, and cast there: many rows as one JSON array, `json_to_recordset($1::text::json)`.
 */
export async function prepared<Row extends object>(
  { $client }: Database["db"],
  text: string,
  parameters: readonly string[],
): Promise<readonly Row[]> {
  return $client.unsafe<Row[]>(text, [...parameters], { prepare: true });
}
